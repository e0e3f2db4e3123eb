// Package limit implements the resource, the list resource and the data sources of limits.
package limit

import (
	"context"
	"net/http"
	"regexp"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"

	"github.com/agynio/agyn/terraform-provider/internal/api"
	"github.com/agynio/agyn/terraform-provider/internal/client"
	"github.com/agynio/agyn/terraform-provider/internal/provider/object"
)

const kind = "limit"

var amount = regexp.MustCompile(`^(0|[1-9][0-9]{0,14})$`)

// Resource is agyn_limit.
type Resource struct {
	object.InOrganization
}

// model holds the attributes that the server returns.
type model struct {
	ID             types.String `tfsdk:"id"`
	OrganizationID types.String `tfsdk:"organization_id"`
	Name           types.String `tfsdk:"name"`
	AppliesTo      types.Object `tfsdk:"applies_to"`
	Measure        types.String `tfsdk:"measure"`
	Amount         types.String `tfsdk:"amount"`
	Window         types.String `tfsdk:"window"`
	Action         types.String `tfsdk:"action"`
	CreatedAt      types.String `tfsdk:"created_at"`
}

// subject is the value of applies_to.
type subject struct {
	Type types.String `tfsdk:"type"`
	ID   types.String `tfsdk:"id"`
}

var subjectTypes = map[string]attr.Type{"type": types.StringType, "id": types.StringType}

// resourceModel adds the attributes that only the configuration holds.
type resourceModel struct {
	model
	Timeouts timeouts.Value `tfsdk:"timeouts"`
}

var (
	_ resource.ResourceWithConfigure   = (*Resource)(nil)
	_ resource.ResourceWithIdentity    = (*Resource)(nil)
	_ resource.ResourceWithImportState = (*Resource)(nil)
	_ resource.ResourceWithModifyPlan  = (*Resource)(nil)
)

// NewResource creates the resource.
func NewResource() resource.Resource {
	return &Resource{}
}

// Metadata names the resource.
func (r *Resource) Metadata(_ context.Context, request resource.MetadataRequest, response *resource.MetadataResponse) {
	response.TypeName = request.ProviderTypeName + "_limit"
}

// IdentitySchema describes the identity.
func (r *Resource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, response *resource.IdentitySchemaResponse) {
	response.IdentitySchema = object.IdentitySchemaInOrganization(kind)
}

// ImportState imports by <organization_id>/<id>, <id> or identity.
func (r *Resource) ImportState(ctx context.Context, request resource.ImportStateRequest, response *resource.ImportStateResponse) {
	lookup := func(ctx context.Context, organization, id string) (*http.Response, error) {
		_, httpResponse, err := r.Client.LimitsAPI.GetLimit(ctx, organization, id).Execute()
		return httpResponse, err
	}
	r.Import(ctx, "id", lookup, request, response)
}

// Schema describes the resource.
func (r *Resource) Schema(ctx context.Context, _ resource.SchemaRequest, response *resource.SchemaResponse) {
	response.Schema = schema.Schema{
		MarkdownDescription: "A limit on the calls or tokens of an organization, its users, API tokens, models or LLM providers. Changes are effective within " +
			"a second. The current use is not an attribute: `GET /limits/{id}` returns it.",
		Attributes: map[string]schema.Attribute{
			"id":              object.ID(kind),
			"organization_id": object.OrganizationID(),
			"name":            object.Name(),
			"applies_to": schema.SingleNestedAttribute{
				Required:            true,
				MarkdownDescription: "The calls that the limit counts.",
				Attributes: map[string]schema.Attribute{
					"type": schema.StringAttribute{
						Required:            true,
						MarkdownDescription: "`organization`, `user`, `api_token`, `model` or `llm_provider`.",
						Validators:          []validator.String{object.OneOf(client.AllowedLimitSubjectTypeEnumValues)},
					},
					"id": schema.StringAttribute{
						Optional:            true,
						MarkdownDescription: "One resource of the type; the limit is deleted with it. Without an id, the limit applies to each one separately.",
					},
				},
			},
			"measure": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: "`calls`, `input_tokens`, `output_tokens`, `tokens` or `concurrent_calls`.",
				Validators:          []validator.String{object.OneOf(client.AllowedLimitMeasureEnumValues)},
			},
			"amount": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: "A whole number. `0` blocks every call.",
				Validators:          []validator.String{stringvalidator.RegexMatches(amount, "must be a whole number of at most 15 digits")},
			},
			"window": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "`minute`, `hour`, `day`, `week` or `month`, in the time zone of the organization; omitted for `concurrent_calls`.",
				Validators:          []validator.String{object.OneOf(client.AllowedLimitWindowEnumValues)},
			},
			"action": schema.StringAttribute{
				Optional:            true,
				Computed:            true,
				Default:             stringdefault.StaticString(string(client.LIMITACTION_BLOCK)),
				MarkdownDescription: "`block` rejects calls above the limit, `warn` only logs a warning. Default: `block`.",
				Validators:          []validator.String{object.OneOf(client.AllowedLimitActionEnumValues)},
			},
			"created_at": object.CreatedAt(),
		},
		Blocks: map[string]schema.Block{"timeouts": timeouts.BlockAll(ctx)},
	}
}

// Create creates the limit.
func (r *Resource) Create(ctx context.Context, request resource.CreateRequest, response *resource.CreateResponse) {
	var plan resourceModel
	if !r.Ready(request.Plan.Get(ctx, &plan), &response.Diagnostics) {
		return
	}
	ctx, done := object.WithTimeout(ctx, plan.Timeouts.Create, &response.Diagnostics)
	defer done()
	applied := plan.subject(ctx, &response.Diagnostics)
	if response.Diagnostics.HasError() {
		return
	}
	body := client.LimitCreate{
		Name:      plan.Name.ValueString(),
		AppliesTo: applied,
		Measure:   client.LimitMeasure(plan.Measure.ValueString()),
		Amount:    plan.Amount.ValueString(),
		Window:    plan.window(),
		Action:    client.LimitAction(plan.Action.ValueString()).Ptr(),
	}
	created, _, err := r.Client.LimitsAPI.CreateLimit(ctx, plan.OrganizationID.ValueString()).
		IdempotencyKey(api.NewIdempotencyKey()).LimitCreate(body).Execute()
	if err != nil {
		response.Diagnostics.Append(api.Diagnose("The limit cannot be created", err)...)
		return
	}
	plan.model = read(created)
	object.Save(ctx, &response.State, response.Identity, plan, plan.identity(), &response.Diagnostics)
}

// Read refreshes the state.
func (r *Resource) Read(ctx context.Context, request resource.ReadRequest, response *resource.ReadResponse) {
	var state resourceModel
	if !r.Ready(request.State.Get(ctx, &state), &response.Diagnostics) {
		return
	}
	ctx, done := object.WithTimeout(ctx, state.Timeouts.Read, &response.Diagnostics)
	defer done()
	organization, id := state.OrganizationID.ValueString(), state.ID.ValueString()
	found, httpResponse, err := api.Read(ctx, r.Client, organization, listRequest(ctx, r.Client, object.Query{"organization_id": state.OrganizationID}),
		r.Client.LimitsAPI.GetLimit(ctx, organization, id), id, (*client.Limit).GetId)
	if !r.CheckRead(ctx, state.ref(), httpResponse, err, response) {
		return
	}
	state.model = read(found)
	object.Save(ctx, &response.State, response.Identity, state, state.identity(), &response.Diagnostics)
}

// Update replaces the limit.
func (r *Resource) Update(ctx context.Context, request resource.UpdateRequest, response *resource.UpdateResponse) {
	var plan resourceModel
	if !r.Ready(request.Plan.Get(ctx, &plan), &response.Diagnostics) {
		return
	}
	ctx, done := object.WithTimeout(ctx, plan.Timeouts.Update, &response.Diagnostics)
	defer done()
	applied := plan.subject(ctx, &response.Diagnostics)
	if response.Diagnostics.HasError() {
		return
	}
	body := client.LimitUpdate{
		Name:      plan.Name.ValueString(),
		AppliesTo: applied,
		Measure:   client.LimitMeasure(plan.Measure.ValueString()),
		Amount:    plan.Amount.ValueString(),
		Window:    plan.window(),
		Action:    client.LimitAction(plan.Action.ValueString()).Ptr(),
	}
	updated, _, err := r.Client.LimitsAPI.UpdateLimit(ctx, plan.OrganizationID.ValueString(), plan.ID.ValueString()).LimitUpdate(body).Execute()
	if err != nil {
		response.Diagnostics.Append(api.Diagnose("The limit cannot be updated", err)...)
		return
	}
	plan.model = read(updated)
	object.Save(ctx, &response.State, response.Identity, plan, plan.identity(), &response.Diagnostics)
}

// Delete deletes the limit.
func (r *Resource) Delete(ctx context.Context, request resource.DeleteRequest, response *resource.DeleteResponse) {
	var state resourceModel
	if !r.Ready(request.State.Get(ctx, &state), &response.Diagnostics) {
		return
	}
	ctx, done := object.WithTimeout(ctx, state.Timeouts.Delete, &response.Diagnostics)
	defer done()
	httpResponse, err := r.Client.LimitsAPI.DeleteLimit(ctx, state.OrganizationID.ValueString(), state.ID.ValueString()).Execute()
	r.CheckDeleted(ctx, state.ref(), httpResponse, err, &response.Diagnostics)
}

func read(limit *client.Limit) model {
	return model{
		ID:             types.StringValue(limit.Id),
		OrganizationID: types.StringValue(limit.OrganizationId),
		Name:           types.StringValue(limit.Name),
		AppliesTo: types.ObjectValueMust(subjectTypes, map[string]attr.Value{
			"type": types.StringValue(string(limit.AppliesTo.Type)),
			"id":   types.StringPointerValue(limit.AppliesTo.Id.Get()),
		}),
		Measure:   types.StringValue(string(limit.Measure)),
		Amount:    types.StringValue(limit.Amount),
		Window:    types.StringPointerValue((*string)(limit.Window.Get())),
		Action:    types.StringValue(string(limit.Action)),
		CreatedAt: object.Time(&limit.CreatedAt),
	}
}

// subject returns the value of applies_to for the client.
func (m model) subject(ctx context.Context, diagnostics *diag.Diagnostics) client.LimitSubjectInput {
	var applied subject
	diagnostics.Append(m.AppliesTo.As(ctx, &applied, basetypes.ObjectAsOptions{})...)
	input := client.LimitSubjectInput{Type: client.LimitSubjectType(applied.Type.ValueString())}
	input.Id.Set(object.Optional(applied.ID))
	return input
}

func (m model) window() client.NullableLimitWindow {
	return *client.NewNullableLimitWindow((*client.LimitWindow)(object.Optional(m.Window)))
}

func (m model) identity() object.IdentityInOrganization {
	return object.IdentityInOrganization{OrganizationID: m.OrganizationID, ID: m.ID}
}

func (m model) ref() object.Ref {
	return object.Ref{Kind: kind, ID: m.ID.ValueString(), OrganizationID: m.OrganizationID.ValueString(), Identity: m.identity()}
}
