package secret

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/agynio/agyn/terraform-provider/internal/api"
	"github.com/agynio/agyn/terraform-provider/internal/provider/object"
)

// Ephemeral is ephemeral agyn_secret_value.
type Ephemeral struct {
	object.Ephemeral
}

type ephemeralModel struct {
	OrganizationID types.String `tfsdk:"organization_id"`
	SecretID       types.String `tfsdk:"secret_id"`
	Value          types.String `tfsdk:"value"`
}

var _ ephemeral.EphemeralResourceWithConfigure = (*Ephemeral)(nil)

// NewEphemeral creates the ephemeral resource.
func NewEphemeral() ephemeral.EphemeralResource {
	return &Ephemeral{}
}

// Metadata names the ephemeral resource.
func (e *Ephemeral) Metadata(_ context.Context, request ephemeral.MetadataRequest, response *ephemeral.MetadataResponse) {
	response.TypeName = request.ProviderTypeName + "_secret_value"
}

// Schema describes the ephemeral resource.
func (e *Ephemeral) Schema(_ context.Context, _ ephemeral.SchemaRequest, response *ephemeral.SchemaResponse) {
	response.Schema = schema.Schema{
		MarkdownDescription: "Reads the value of a secret, for a remote one from its secret provider. Only for owners of the organization and cluster admins. The value is neither in the " +
			"state nor in plans. The audit log records each plan and apply that reads it.",
		Attributes: map[string]schema.Attribute{
			"organization_id": schema.StringAttribute{
				Optional: true, Computed: true,
				MarkdownDescription: "The id of the organization. The default is the `organization_id` of the provider block.",
				Validators:          []validator.String{object.UUID()},
			},
			"secret_id": schema.StringAttribute{
				Required: true, MarkdownDescription: "The id of the secret.", Validators: []validator.String{object.UUID()},
			},
			"value": schema.StringAttribute{Computed: true, Sensitive: true, MarkdownDescription: "The value."},
		},
	}
}

// Open reveals the value.
func (e *Ephemeral) Open(ctx context.Context, request ephemeral.OpenRequest, response *ephemeral.OpenResponse) {
	var config ephemeralModel
	if !e.Ready(request.Config.Get(ctx, &config), &response.Diagnostics) {
		return
	}
	config.OrganizationID = e.Organization(config.OrganizationID, &response.Diagnostics)
	if response.Diagnostics.HasError() {
		return
	}
	revealed, _, err := e.Client.SecretsAPI.RevealSecret(ctx, config.OrganizationID.ValueString(), config.SecretID.ValueString()).Execute()
	if err != nil {
		response.Diagnostics.Append(api.Diagnose("The value of the secret cannot be read", err)...)
		return
	}
	config.Value = types.StringValue(revealed.Value)
	response.Diagnostics.Append(response.Result.Set(ctx, config)...)
}
