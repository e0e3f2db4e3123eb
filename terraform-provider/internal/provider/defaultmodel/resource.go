// Package defaultmodel implements the resource of an organization's default model.
package defaultmodel

import (
	"context"
	"net/http"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/agynio/agyn/terraform-provider/internal/api"
	"github.com/agynio/agyn/terraform-provider/internal/client"
	"github.com/agynio/agyn/terraform-provider/internal/provider/object"
)

const kind = "default model"

// Resource is agyn_default_model. It is not an attribute of agyn_organization, because models depend on organizations.
type Resource struct {
	object.InOrganization
}

type resourceModel struct {
	OrganizationID types.String   `tfsdk:"organization_id"`
	ModelID        types.String   `tfsdk:"model_id"`
	Timeouts       timeouts.Value `tfsdk:"timeouts"`
}

type identityModel struct {
	OrganizationID types.String `tfsdk:"organization_id"`
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
	response.TypeName = request.ProviderTypeName + "_default_model"
}

// IdentitySchema describes the identity.
func (r *Resource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, response *resource.IdentitySchemaResponse) {
	response.IdentitySchema = identityschema.Schema{Attributes: map[string]identityschema.Attribute{
		"organization_id": identityschema.StringAttribute{RequiredForImport: true, Description: "The id of the organization, a UUID."},
	}}
}

// ImportState imports by organization id or identity.
func (r *Resource) ImportState(ctx context.Context, request resource.ImportStateRequest, response *resource.ImportStateResponse) {
	object.ImportBy(ctx, "organization_id", request, response)
}

// Schema describes the resource.
func (r *Resource) Schema(ctx context.Context, _ resource.SchemaRequest, response *resource.SchemaResponse) {
	response.Schema = schema.Schema{
		MarkdownDescription: "Sets the default model of an organization, for calls without a model. An organization has one: use this resource once " +
			"per organization. Destroying it leaves the organization without a default model.",
		Attributes: map[string]schema.Attribute{
			"organization_id": object.OrganizationID(),
			"model_id": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: "The id of a model of the organization.",
				Validators:          []validator.String{object.UUID()},
			},
		},
		Blocks: map[string]schema.Block{"timeouts": timeouts.BlockAll(ctx)},
	}
}

// Create sets the default model.
func (r *Resource) Create(ctx context.Context, request resource.CreateRequest, response *resource.CreateResponse) {
	var plan resourceModel
	if !r.Ready(request.Plan.Get(ctx, &plan), &response.Diagnostics) {
		return
	}
	ctx, done := object.WithTimeout(ctx, plan.Timeouts.Create, &response.Diagnostics)
	defer done()
	if _, err := r.set(ctx, plan.OrganizationID, func(*string) *string { return plan.ModelID.ValueStringPointer() }); err != nil {
		response.Diagnostics.Append(api.Diagnose("The default model cannot be set", err)...)
		return
	}
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
	found, httpResponse, err := r.Client.OrganizationsAPI.GetOrganization(ctx, state.OrganizationID.ValueString()).Execute()
	if !r.CheckRead(ctx, state.ref(), httpResponse, err, response) {
		return
	}
	if found.DefaultModelId.Get() == nil {
		object.RemoveFromState(ctx, state.ref(), response)
		return
	}
	state.ModelID = types.StringPointerValue(found.DefaultModelId.Get())
	object.Save(ctx, &response.State, response.Identity, state, state.identity(), &response.Diagnostics)
}

// Update sets another default model.
func (r *Resource) Update(ctx context.Context, request resource.UpdateRequest, response *resource.UpdateResponse) {
	var plan resourceModel
	if !r.Ready(request.Plan.Get(ctx, &plan), &response.Diagnostics) {
		return
	}
	ctx, done := object.WithTimeout(ctx, plan.Timeouts.Update, &response.Diagnostics)
	defer done()
	if _, err := r.set(ctx, plan.OrganizationID, func(*string) *string { return plan.ModelID.ValueStringPointer() }); err != nil {
		response.Diagnostics.Append(api.Diagnose("The default model cannot be set", err)...)
		return
	}
	object.Save(ctx, &response.State, response.Identity, plan, plan.identity(), &response.Diagnostics)
}

// Delete leaves the organization without a default model, unless another resource has set one in the same apply.
func (r *Resource) Delete(ctx context.Context, request resource.DeleteRequest, response *resource.DeleteResponse) {
	var state resourceModel
	if !r.Ready(request.State.Get(ctx, &state), &response.Diagnostics) {
		return
	}
	ctx, done := object.WithTimeout(ctx, state.Timeouts.Delete, &response.Diagnostics)
	defer done()
	httpResponse, err := r.set(ctx, state.OrganizationID, func(current *string) *string {
		if current != nil && *current == state.ModelID.ValueString() {
			return nil
		}
		return current
	})
	if err != nil {
		r.CheckDeleted(ctx, state.ref(), httpResponse, err, &response.Diagnostics)
	}
}

// set replaces the default model, and keeps the rest of the organization. It returns the last response to its reads.
func (r *Resource) set(ctx context.Context, organizationID types.String, choose func(current *string) *string) (*http.Response, error) {
	id := organizationID.ValueString()
	var body client.OrganizationUpdate
	keepRest := func(current *client.Organization) bool {
		body = client.OrganizationUpdate{Name: current.Name, Slug: &current.Slug, DefaultModelId: *client.NewNullableString(choose(current.DefaultModelId.Get()))}
		return true
	}
	last := &api.LastResponse[client.Organization]{Request: r.Client.OrganizationsAPI.GetOrganization(ctx, id)}
	_, err := api.UpdateIfUnchanged(last, keepRest, func(entityTag string) api.Request[client.Organization] {
		return r.Client.OrganizationsAPI.UpdateOrganization(ctx, id).OrganizationUpdate(body).IfMatch(entityTag)
	})
	return last.Response, err
}

func (m resourceModel) identity() identityModel {
	return identityModel{OrganizationID: m.OrganizationID}
}

func (m resourceModel) ref() object.Ref {
	return object.Ref{Kind: kind, ID: m.ModelID.ValueString(), OrganizationID: m.OrganizationID.ValueString(), Identity: m.identity()}
}
