/**
 * The Console: pages of links and forms that work without scripts.
 *
 * <p>A page is a method of a resource class with {@code @Path("/console/…")}, {@code @SessionAuthenticated} and
 * {@code @RunOnVirtualThread}. {@link io.agyn.console.routing.ConsoleRoutes} reroutes browsers' paths to it. The method must not have the name of an operation of the contract. A page reads and changes resources by
 * {@link io.agyn.console.Api}. A page that changes something takes a {@link io.agyn.console.forms.Form}, whose reader checks
 * the CSRF token, and writes once. {@code io.agyn.console.secrets.SecretsPages} is the pattern to copy.
 *
 * <p>The packages. Each uses only the packages above it:
 *
 * <ul>
 *   <li>{@code routing}: paths, queries and cookies.
 *   <li>{@code session}: the session of a request.
 *   <li>{@code lists}: {@link io.agyn.console.lists.ListPage} is one page of a list of the API, with its search; {@link
 *       io.agyn.console.lists.ListSources} has the lists that several pages show. No list is read as a whole.
 *   <li>{@code forms}: {@link io.agyn.console.forms.Form}, the {@link io.agyn.console.forms.Filters} of a list, and {@link
 *       io.agyn.console.forms.Picker}, which selects one of many resources.
 *   <li>{@code rendering}: {@link io.agyn.console.rendering.Page}, the layout of the current page; {@link
 *       io.agyn.console.rendering.PageResponses} with pages, redirects and messages; {@link
 *       io.agyn.console.rendering.ErrorPages} for errors that no page handles; {@link io.agyn.console.rendering.Csv}.
 *   <li>{@code flows}: {@link io.agyn.console.flows.EditFlow} creates and edits, {@link io.agyn.console.flows.DeleteFlow}
 *       deletes; both display errors and conflicts.
 *   <li>{@code signin}, and a package of pages for each kind of resource.
 * </ul>
 *
 * <p>{@code page.in(organization, section)} comes first in each method: it finds the organization and sets the entry of the
 * navigation, which {@code layout.html} lists. {@code cdi:page.may('operation')} hides actions without permission; {@code
 * page.require("operation", id)} rejects their forms before they are displayed; the API rejects the action itself. Fields have
 * the names of the contract, so that errors appear at the fields; {@code form.withFields} and {@code form.withLabels} name the
 * exceptions, and {@code form.check} and {@code form.withError} add errors that the contract cannot know.
 *
 * <p>Templates are in {@code templates/console/}, and start with {@code {#include console/layout title=…}}. Tags, in
 * {@code templates/tags/}: {@code csrf} in each form, {@code baseline} in edit forms, {@code htmxForm} in the start tags of forms,
 * which htmx then sends, so that input survives a lost connection; {@code errors} above a form; {@code field}, {@code choice},
 * {@code pick} (of {@link io.agyn.console.forms.Option}s, optional) and {@code credential} in it, with {@code form}, {@code
 * name}, {@code label}, and {@code help} and {@code optional} where needed; {@code search}, {@code table} and {@code pager} for
 * a list; {@code emptyState} for an empty one; {@code reveal} for a masked credential; {@code code} for text to copy; {@code ascode}
 * for a resource as {@link io.agyn.console.code.Hcl} and {@link io.agyn.console.code.Curl}; {@code userState}; {@code moment}
 * for a time; {@code number} for a number that may be unknown; {@code chart} for a chart and its table. A tag's parameter is an
 * expression, or quoted text without an expression: {@code action=str:concat(root,'/secrets')}. Other classes, such as {@code
 * card}, {@code badge}, {@code head}, {@code facts} and {@code actions}, are in {@code console.css}. The
 * Content-Security-Policy blocks inline scripts and styles.
 */
@NullMarked
package io.agyn.console;

import org.jspecify.annotations.NullMarked;
