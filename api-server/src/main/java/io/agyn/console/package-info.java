/**
 * The Console: pages for browsers, each of them plain links and forms that scripts only improve.
 *
 * <p>A page is a method of a resource below {@code @Path("/console/…")}, {@code @BySession} and
 * {@code @RunOnVirtualThread}; {@link io.agyn.console.ConsoleRoutes} leads browsers' paths there, and a new first segment
 * goes into its list. No method has the name of an operation of the contract, whose parameters would be asked of it.
 * Whatever a page reads or changes it asks of {@link io.agyn.console.Api}, which hands out the contract's interfaces; a page
 * that changes something takes a {@link io.agyn.console.Form}, whose reading checks its CSRF token, and makes one write.
 * {@code io.agyn.console.secrets.SecretsPages} is the pattern to copy.
 *
 * <ul>
 *   <li>{@code page.in(organization, section)} comes first in each method: it finds the organization and sets the
 *       navigation. The navigation's entries are in {@code layout.html}.
 *   <li>{@link io.agyn.console.Pages} answers: {@code ok}, {@code refused} with the problem's status, {@code done} with a
 *       message for the next page, {@code confirm} with a {@link io.agyn.console.Confirmation}. What is not caught becomes a
 *       page by {@link io.agyn.console.ErrorPages}.
 *   <li>A {@code ProblemException} becomes {@code form.refused(problem)}: fields have the names of the contract, so that
 *       JSON pointers lead to them, and {@code form.calling} tells of those whose name or label is another one. What the
 *       contract cannot know to be wrong is noted before, by {@code form.expect} and {@code form.with}; {@code api.check}
 *       then refuses the form with all that is wrong. A 412 becomes {@code conflicts.in(form, …)}; the hidden fields
 *       {@code etag} and {@code shown} say what was edited, and when.
 *   <li>{@link io.agyn.console.Listing} pages and searches a list of the API, which is never read as a
 *       whole; {@link io.agyn.console.Lists} has those that several pages show. {@link io.agyn.console.Choices} has what
 *       forms let one choose, of however many.
 *   <li>A list with filters keeps them in its address: {@link io.agyn.console.Query} makes its links, and
 *       {@link io.agyn.console.Filters} reads it, with an error at the field of what cannot be read.
 *   <li>{@link io.agyn.console.Csv} is a file to download; {@code io.agyn.console.charts} draws.
 *   <li>{@code cdi:page.may('operation')} hides what a role may not do; the API refuses it all the same, and {@code
 *       page.require("operation", id)} refuses the page of a form that would be, before anything is looked at.
 * </ul>
 *
 * <p>Templates are in {@code templates/console/}, and begin with {@code {#include console/layout title=…}}. Tags, in
 * {@code templates/tags/}: {@code csrf} in each form, {@code shown} in those that edit, {@code sent} in their start
 * tags, by which htmx sends them, so that what was typed outlives a lost connection; {@code errors} above it; {@code
 * field}, {@code choice}, {@code pick} (of {@link io.agyn.console.Option}s, which may be left open) and {@code
 * credential} in it, with {@code form}, {@code name}, {@code label}, and {@code help} and {@code optional} where they
 * have them; {@code search}, {@code table} and {@code pager} for a listing; {@code blank} for an empty one; {@code
 * reveal} for a masked credential; {@code code}
 * for what is to be copied; {@code ascode} for a thing as {@link io.agyn.console.code.Hcl} and {@link
 * io.agyn.console.code.Curl} write it; {@code userState} for a user's; {@code moment} for a time; {@code figure} for a
 * number that may not be known; {@code chart} for a chart and its table. A tag's parameter is an expression, or a text
 * in quotes with no expression in it: {@code action=str:concat(root,'/secrets')}. Classes for the rest, such as {@code
 * card}, {@code badge}, {@code head}, {@code facts} and {@code actions}, are in {@code console.css}. There is no inline
 * script or style: the Content-Security-Policy refuses both.
 */
package io.agyn.console;
