package object

import (
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/agynio/agyn/terraform-provider/internal/api"
)

// Provider is the configured provider.
type Provider struct {
	Client *api.Client
	// OrganizationID is the default of organization_id. It is null without a default.
	OrganizationID types.String
}

// base is embedded in every resource and data source.
type base struct {
	// Provider is configured unless its client is nil.
	Provider
}

// Ready appends the diagnostics of decoding a request, and reports whether the method may continue.
func (b *base) Ready(decoding diag.Diagnostics, diagnostics *diag.Diagnostics) bool {
	diagnostics.Append(decoding...)
	if diagnostics.HasError() {
		return false
	}
	if b.Client == nil {
		diagnostics.AddError("The provider is not configured",
			"Its gateway or token depends on a resource that does not exist yet. Create that resource first with terraform apply -target.")
	}
	return b.Client != nil
}

// Resource is the base of resources and list resources.
type Resource struct {
	base
}

// Configure implements resource.ResourceWithConfigure.
func (r *Resource) Configure(_ context.Context, request resource.ConfigureRequest, response *resource.ConfigureResponse) {
	r.Provider = providerFrom(request.ProviderData, &response.Diagnostics)
}

// DataSource is the base of data sources.
type DataSource struct {
	base
}

// Configure implements datasource.DataSourceWithConfigure.
func (d *DataSource) Configure(_ context.Context, request datasource.ConfigureRequest, response *datasource.ConfigureResponse) {
	d.Provider = providerFrom(request.ProviderData, &response.Diagnostics)
}

// Ephemeral is the base of ephemeral resources.
type Ephemeral struct {
	base
}

// Configure implements ephemeral.EphemeralResourceWithConfigure.
func (e *Ephemeral) Configure(_ context.Context, request ephemeral.ConfigureRequest, response *ephemeral.ConfigureResponse) {
	e.Provider = providerFrom(request.ProviderData, &response.Diagnostics)
}

// Action is the base of actions.
type Action struct {
	base
}

// Configure implements action.ActionWithConfigure.
func (a *Action) Configure(_ context.Context, request action.ConfigureRequest, response *action.ConfigureResponse) {
	a.Provider = providerFrom(request.ProviderData, &response.Diagnostics)
}

// providerFrom returns the provider's data. It has no client before the provider is configured, and if the provider block is not
// fully known.
func providerFrom(data any, diagnostics *diag.Diagnostics) Provider {
	if data == nil {
		return Provider{}
	}
	provider, ok := data.(Provider)
	if !ok {
		diagnostics.AddError("Bug in the provider", fmt.Sprintf("It passes a %T instead of its configuration. Please report this.", data))
	}
	return provider
}

// WithTimeout limits a method of a resource to the configured time-out, or to the default.
func WithTimeout(
	ctx context.Context,
	timeout func(context.Context, time.Duration) (time.Duration, diag.Diagnostics),
	diagnostics *diag.Diagnostics,
) (context.Context, context.CancelFunc) {
	limit, found := timeout(ctx, api.DefaultTimeout)
	diagnostics.Append(found...)
	return context.WithTimeout(ctx, limit)
}

// NullTimeouts are the time-outs of a resource without a configuration.
func NullTimeouts() timeouts.Value {
	attributes := map[string]attr.Type{}
	for _, name := range []string{"create", "read", "update", "delete"} {
		attributes[name] = types.StringType
	}
	return timeouts.Value{Object: types.ObjectNull(attributes)}
}
