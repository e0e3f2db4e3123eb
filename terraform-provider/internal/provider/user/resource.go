// Package user is what the provider offers of users: the resource agyn_user and its list resource, and the data sources
// agyn_user and agyn_users.
package user

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/agynio/agyn/terraform-provider/internal/api"
	"github.com/agynio/agyn/terraform-provider/internal/client"
	"github.com/agynio/agyn/terraform-provider/internal/provider/object"
)

const kind = "user"

// triesAsLastOwner is how often, each second, a user is tried to be deleted again who is the last owner of an organization.
const triesAsLastOwner = 20

// Resource is agyn_user.
type Resource struct {
	object.Resource
}

// model is what the server answers.
type model struct {
	ID        types.String `tfsdk:"id"`
	Name      types.String `tfsdk:"name"`
	Email     types.String `tfsdk:"email"`
	Role      types.String `tfsdk:"role"`
	State     types.String `tfsdk:"state"`
	CreatedAt types.String `tfsdk:"created_at"`
}

// resourceModel has besides what only the configuration knows.
type resourceModel struct {
	model
	Timeouts timeouts.Value `tfsdk:"timeouts"`
}

var (
	_ resource.ResourceWithConfigure   = (*Resource)(nil)
	_ resource.ResourceWithIdentity    = (*Resource)(nil)
	_ resource.ResourceWithImportState = (*Resource)(nil)
)

// NewResource makes the resource.
func NewResource() resource.Resource {
	return &Resource{}
}

// Metadata names the resource.
func (r *Resource) Metadata(_ context.Context, request resource.MetadataRequest, response *resource.MetadataResponse) {
	response.TypeName = request.ProviderTypeName + "_user"
}

// IdentitySchema describes what tells a user from all others.
func (r *Resource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, response *resource.IdentitySchemaResponse) {
	response.IdentitySchema = object.IdentitySchema(kind)
}

// ImportState takes the id, or the identity.
func (r *Resource) ImportState(ctx context.Context, request resource.ImportStateRequest, response *resource.ImportStateResponse) {
	object.Import(ctx, request, response)
}

// Schema describes the resource.
func (r *Resource) Schema(ctx context.Context, _ resource.SchemaRequest, response *resource.SchemaResponse) {
	response.Schema = schema.Schema{
		MarkdownDescription: "Somebody who calls, or a program that does, by API tokens of their own. For cluster admins. Destroying it " +
			"deletes its API tokens and memberships too; what its calls have cost stays known.",
		Attributes: map[string]schema.Attribute{
			"id": object.ID(kind),
			"name": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: "The name, 1 to 128 characters.",
				Validators:          object.Text(128),
			},
			"email": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: "The email address, unique in the cluster whatever its case.",
				Validators:          object.Email(),
			},
			"role": schema.StringAttribute{
				Optional:            true,
				Computed:            true,
				Default:             stringdefault.StaticString(string(client.USER)),
				MarkdownDescription: "`cluster_admin`, who may do everything, or `user`, which it is by default: what the memberships allow.",
				Validators:          []validator.String{object.OneOf(client.AllowedRoleEnumValues)},
			},
			"state": schema.StringAttribute{
				Optional:            true,
				Computed:            true,
				Default:             stringdefault.StaticString(string(client.ACTIVE)),
				MarkdownDescription: "`active`, which it is by default, or `suspended`: then the user's API tokens are refused.",
				Validators:          []validator.String{object.OneOf(client.AllowedUserStateEnumValues)},
			},
			"created_at": object.CreatedAt(),
		},
		Blocks: map[string]schema.Block{"timeouts": timeouts.BlockAll(ctx)},
	}
}

// Create makes the user.
func (r *Resource) Create(ctx context.Context, request resource.CreateRequest, response *resource.CreateResponse) {
	var plan resourceModel
	if !r.Ready(request.Plan.Get(ctx, &plan), &response.Diagnostics) {
		return
	}
	ctx, done := object.Within(ctx, plan.Timeouts.Create, &response.Diagnostics)
	defer done()
	role, state := client.Role(plan.Role.ValueString()), client.UserState(plan.State.ValueString())
	body := client.UserCreate{Name: plan.Name.ValueString(), Email: plan.Email.ValueString(), Role: &role, State: &state}
	made, _, err := r.Client.UsersAPI.CreateUser(ctx).IdempotencyKey(api.NewIdempotencyKey()).UserCreate(body).Execute()
	if err != nil {
		response.Diagnostics.Append(api.Diagnose("The user cannot be created", err)...)
		return
	}
	plan.model = read(made)
	object.Save(ctx, &response.State, response.Identity, plan, plan.identity(), &response.Diagnostics)
}

// Read takes over what the server has.
func (r *Resource) Read(ctx context.Context, request resource.ReadRequest, response *resource.ReadResponse) {
	var state resourceModel
	if !r.Ready(request.State.Get(ctx, &state), &response.Diagnostics) {
		return
	}
	ctx, done := object.Within(ctx, state.Timeouts.Read, &response.Diagnostics)
	defer done()
	id := state.ID.ValueString()
	found, answer, err := api.Read(ctx, r.Client, "", filtered(ctx, r.Client, nil), r.Client.UsersAPI.GetUser(ctx, id), id, (*client.User).GetId)
	if !r.IsThere(ctx, state.thing(), answer, err, response) {
		return
	}
	state.model = read(found)
	object.Save(ctx, &response.State, response.Identity, state, state.identity(), &response.Diagnostics)
}

// Update replaces what the server has.
func (r *Resource) Update(ctx context.Context, request resource.UpdateRequest, response *resource.UpdateResponse) {
	var plan resourceModel
	if !r.Ready(request.Plan.Get(ctx, &plan), &response.Diagnostics) {
		return
	}
	ctx, done := object.Within(ctx, plan.Timeouts.Update, &response.Diagnostics)
	defer done()
	body := client.UserUpdate{
		Name:  plan.Name.ValueString(),
		Email: plan.Email.ValueString(),
		Role:  client.Role(plan.Role.ValueString()),
		State: client.UserState(plan.State.ValueString()),
	}
	updated, _, err := r.Client.UsersAPI.UpdateUser(ctx, plan.ID.ValueString()).UserUpdate(body).Execute()
	if err != nil {
		response.Diagnostics.Append(api.Diagnose("The user cannot be updated", err)...)
		return
	}
	plan.model = read(updated)
	object.Save(ctx, &response.State, response.Identity, plan, plan.identity(), &response.Diagnostics)
}

// Delete removes the user, who must not be the last cluster admin, or the last owner of an organization. It waits a while
// for such an organization to go: terraform destroys it at the same time where it destroys all.
func (r *Resource) Delete(ctx context.Context, request resource.DeleteRequest, response *resource.DeleteResponse) {
	var state resourceModel
	if !r.Ready(request.State.Get(ctx, &state), &response.Diagnostics) {
		return
	}
	ctx, done := object.Within(ctx, state.Timeouts.Delete, &response.Diagnostics)
	defer done()
	answer, err := r.Client.UsersAPI.DeleteUser(ctx, state.ID.ValueString()).Execute()
	for tries := 0; api.IsLastOwner(err) && tries < triesAsLastOwner && ctx.Err() == nil; tries++ {
		_ = api.Sleep(ctx, time.Second)
		answer, err = r.Client.UsersAPI.DeleteUser(ctx, state.ID.ValueString()).Execute()
	}
	r.Deleted(ctx, state.thing(), answer, err, &response.Diagnostics)
}

func read(user *client.User) model {
	return model{
		ID:        types.StringValue(user.Id),
		Name:      types.StringValue(user.Name),
		Email:     types.StringPointerValue(user.Email.Get()),
		Role:      types.StringValue(string(user.Role)),
		State:     types.StringValue(string(user.State)),
		CreatedAt: object.Time(&user.CreatedAt),
	}
}

func (m model) identity() object.Identity {
	return object.Identity{ID: m.ID}
}

func (m model) thing() object.Thing {
	return object.Thing{Kind: kind, ID: m.ID.ValueString(), Identity: m.identity()}
}
