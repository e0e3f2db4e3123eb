package object

import (
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/agynio/agyn/terraform-provider/internal/api"
)

// base is embedded in every resource and data source.
type base struct {
	// Client is nil until the provider is configured.
	Client *api.Client
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
	r.Client = clientFrom(request.ProviderData, &response.Diagnostics)
}

// DataSource is the base of data sources.
type DataSource struct {
	base
}

// Configure implements datasource.DataSourceWithConfigure.
func (d *DataSource) Configure(_ context.Context, request datasource.ConfigureRequest, response *datasource.ConfigureResponse) {
	d.Client = clientFrom(request.ProviderData, &response.Diagnostics)
}

// Ephemeral is the base of ephemeral resources.
type Ephemeral struct {
	base
}

// Configure implements ephemeral.EphemeralResourceWithConfigure.
func (e *Ephemeral) Configure(_ context.Context, request ephemeral.ConfigureRequest, response *ephemeral.ConfigureResponse) {
	e.Client = clientFrom(request.ProviderData, &response.Diagnostics)
}

// clientFrom returns the client in the provider's data. It returns nil before the provider is configured, and if the provider
// block is not fully known.
func clientFrom(data any, diagnostics *diag.Diagnostics) *api.Client {
	if data == nil {
		return nil
	}
	client, ok := data.(*api.Client)
	if !ok {
		diagnostics.AddError("Bug in the provider", fmt.Sprintf("It passes a %T instead of a client. Please report this.", data))
	}
	return client
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
