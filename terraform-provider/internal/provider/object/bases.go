package object

import (
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/agynio/agyn/terraform-provider/internal/api"
)

// base is what all begin with.
type base struct {
	// Client is nil until the provider is configured.
	Client *api.Client
}

// Ready notes what reading a request has found, and tells whether the method may go on.
func (b *base) Ready(found diag.Diagnostics, diagnostics *diag.Diagnostics) bool {
	diagnostics.Append(found...)
	if diagnostics.HasError() {
		return false
	}
	if b.Client == nil {
		diagnostics.AddError("The provider is not configured yet",
			"Its gateway or token comes from something that is yet to be made. Make that first, with terraform apply -target.")
	}
	return b.Client != nil
}

// Resource is what every resource and every list resource begins with: the client.
type Resource struct {
	base
}

// Configure takes the client.
func (r *Resource) Configure(_ context.Context, request resource.ConfigureRequest, response *resource.ConfigureResponse) {
	r.Client = clientIn(request.ProviderData, &response.Diagnostics)
}

// DataSource is what every data source begins with: the client.
type DataSource struct {
	base
}

// Configure takes the client.
func (d *DataSource) Configure(_ context.Context, request datasource.ConfigureRequest, response *datasource.ConfigureResponse) {
	d.Client = clientIn(request.ProviderData, &response.Diagnostics)
}

// Ephemeral is what every ephemeral resource begins with: the client.
type Ephemeral struct {
	base
}

// Configure takes the client.
func (e *Ephemeral) Configure(_ context.Context, request ephemeral.ConfigureRequest, response *ephemeral.ConfigureResponse) {
	e.Client = clientIn(request.ProviderData, &response.Diagnostics)
}

// clientIn takes the client out of the data that the provider hands on. It is nil before the provider is configured, and
// where its configuration is not known yet.
func clientIn(data any, diagnostics *diag.Diagnostics) *api.Client {
	if data == nil {
		return nil
	}
	client, ok := data.(*api.Client)
	if !ok {
		diagnostics.AddError("The provider is broken", fmt.Sprintf("It hands on a %T where a client is due; please report this.", data))
	}
	return client
}

// Within bounds what a method of a resource may take by the user's time-out, or by the default one.
func Within(
	ctx context.Context,
	timeout func(context.Context, time.Duration) (time.Duration, diag.Diagnostics),
	diagnostics *diag.Diagnostics,
) (context.Context, context.CancelFunc) {
	most, found := timeout(ctx, api.AnswerTimeout)
	diagnostics.Append(found...)
	return context.WithTimeout(ctx, most)
}
