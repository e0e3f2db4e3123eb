// Package clusteradmin implements the resource of cluster admins.
package clusteradmin

import (
	"context"
	"net/http"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/agynio/agyn/terraform-provider/internal/api"
	"github.com/agynio/agyn/terraform-provider/internal/client"
	"github.com/agynio/agyn/terraform-provider/internal/provider/object"
)

const kind = "cluster admin role"

// Resource is agyn_cluster_admin.
type Resource struct {
	object.Resource
}

type resourceModel struct {
	IdentityID types.String   `tfsdk:"identity_id"`
	Timeouts   timeouts.Value `tfsdk:"timeouts"`
}

type identityModel struct {
	IdentityID types.String `tfsdk:"identity_id"`
}

var (
	_ resource.ResourceWithConfigure   = (*Resource)(nil)
	_ resource.ResourceWithIdentity    = (*Resource)(nil)
	_ resource.ResourceWithImportState = (*Resource)(nil)
)

// NewResource creates the resource.
func NewResource() resource.Resource {
	return &Resource{}
}

// Metadata names the resource.
func (r *Resource) Metadata(_ context.Context, request resource.MetadataRequest, response *resource.MetadataResponse) {
	response.TypeName = request.ProviderTypeName + "_cluster_admin"
}

// IdentitySchema describes the identity.
func (r *Resource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, response *resource.IdentitySchemaResponse) {
	response.IdentitySchema = identityschema.Schema{Attributes: map[string]identityschema.Attribute{
		"identity_id": identityschema.StringAttribute{RequiredForImport: true, Description: "The id of the user, a UUID."},
	}}
}

// ImportState imports by user id or identity.
func (r *Resource) ImportState(ctx context.Context, request resource.ImportStateRequest, response *resource.ImportStateResponse) {
	object.ImportBy(ctx, "identity_id", request, response)
}

// Schema describes the resource.
func (r *Resource) Schema(ctx context.Context, _ resource.SchemaRequest, response *resource.SchemaResponse) {
	response.Schema = schema.Schema{
		MarkdownDescription: "Gives a user the role `cluster_admin`. Destroying it gives the user the role `user`, which the server rejects for the " +
			"last active cluster admin. Only for cluster admins. Use it for users whom `agyn_user` does not manage, such as those whom the first " +
			"sign-in creates. An `agyn_user` sets its `role` too, by default to `user`: set `role = \"cluster_admin\"` there instead, or " +
			"`ignore_changes = [role]` in its `lifecycle`.",
		Attributes: map[string]schema.Attribute{
			"identity_id": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: "The id of the user: `identity_id` of the data source `agyn_user`. A change replaces the resource.",
				Validators:          []validator.String{object.UUID()},
				PlanModifiers:       []planmodifier.String{stringplanmodifier.RequiresReplace()},
			},
		},
		Blocks: map[string]schema.Block{"timeouts": timeouts.BlockAll(ctx)},
	}
}

// Create gives the user the role, which they may have already.
func (r *Resource) Create(ctx context.Context, request resource.CreateRequest, response *resource.CreateResponse) {
	var plan resourceModel
	if !r.Ready(request.Plan.Get(ctx, &plan), &response.Diagnostics) {
		return
	}
	ctx, done := object.WithTimeout(ctx, plan.Timeouts.Create, &response.Diagnostics)
	defer done()
	if _, err := r.setRole(ctx, plan, client.ROLE_CLUSTER_ADMIN); err != nil {
		response.Diagnostics.Append(api.Diagnose("The user cannot become a cluster admin", err)...)
		return
	}
	object.Save(ctx, &response.State, response.Identity, plan, plan.identity(), &response.Diagnostics)
}

// Read refreshes the state. A user with another role leaves it.
func (r *Resource) Read(ctx context.Context, request resource.ReadRequest, response *resource.ReadResponse) {
	var state resourceModel
	if !r.Ready(request.State.Get(ctx, &state), &response.Diagnostics) {
		return
	}
	ctx, done := object.WithTimeout(ctx, state.Timeouts.Read, &response.Diagnostics)
	defer done()
	found, httpResponse, err := r.Client.UsersAPI.GetUser(ctx, state.IdentityID.ValueString()).Execute()
	if !r.CheckRead(ctx, state.ref(), httpResponse, err, response) {
		return
	}
	if found.Role != client.ROLE_CLUSTER_ADMIN {
		object.RemoveFromState(ctx, state.ref(), response)
		return
	}
	object.Save(ctx, &response.State, response.Identity, state, state.identity(), &response.Diagnostics)
}

// Update sends nothing: only the time-outs can change in place.
func (r *Resource) Update(ctx context.Context, request resource.UpdateRequest, response *resource.UpdateResponse) {
	var plan resourceModel
	if !r.Ready(request.Plan.Get(ctx, &plan), &response.Diagnostics) {
		return
	}
	object.Save(ctx, &response.State, response.Identity, plan, plan.identity(), &response.Diagnostics)
}

// Delete gives the user the role user.
func (r *Resource) Delete(ctx context.Context, request resource.DeleteRequest, response *resource.DeleteResponse) {
	var state resourceModel
	if !r.Ready(request.State.Get(ctx, &state), &response.Diagnostics) {
		return
	}
	ctx, done := object.WithTimeout(ctx, state.Timeouts.Delete, &response.Diagnostics)
	defer done()
	if httpResponse, err := r.setRole(ctx, state, client.ROLE_USER); err != nil {
		r.CheckDeleted(ctx, state.ref(), httpResponse, err, &response.Diagnostics)
	}
}

// setRole changes the role of the user, and nothing else. It returns the last response to its reads.
func (r *Resource) setRole(ctx context.Context, of resourceModel, role client.Role) (*http.Response, error) {
	id := of.IdentityID.ValueString()
	var body client.UserUpdate
	withRole := func(current *client.User) bool {
		body = client.UserUpdate{Username: &current.Username, Name: current.Name, Email: current.Email, Role: role, State: current.State}
		return true
	}
	last := &api.LastResponse[client.User]{Request: r.Client.UsersAPI.GetUser(ctx, id)}
	_, err := api.UpdateIfUnchanged(last, withRole, func(entityTag string) api.Request[client.User] {
		return r.Client.UsersAPI.UpdateUser(ctx, id).UserUpdate(body).IfMatch(entityTag)
	})
	return last.Response, err
}

func (m resourceModel) identity() identityModel {
	return identityModel{IdentityID: m.IdentityID}
}

func (m resourceModel) ref() object.Ref {
	return object.Ref{Kind: kind, ID: m.IdentityID.ValueString(), Identity: m.identity()}
}
