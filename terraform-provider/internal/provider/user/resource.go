// Package user implements the resource, the list resource and the data sources of users.
package user

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/agynio/agyn/terraform-provider/internal/api"
	"github.com/agynio/agyn/terraform-provider/internal/client"
	"github.com/agynio/agyn/terraform-provider/internal/provider/object"
)

const kind = "user"

// lastOwnerRetries is the number of times, one per second, that the deletion of an organization's last owner is repeated.
const lastOwnerRetries = 20

// Resource is agyn_user.
type Resource struct {
	object.Resource
}

// model holds the attributes that the server returns.
type model struct {
	ID        types.String `tfsdk:"id"`
	Username  types.String `tfsdk:"username"`
	Name      types.String `tfsdk:"name"`
	Email     types.String `tfsdk:"email"`
	Role      types.String `tfsdk:"role"`
	State     types.String `tfsdk:"state"`
	CreatedAt types.String `tfsdk:"created_at"`
}

// resourceModel adds the attributes that only the configuration holds.
type resourceModel struct {
	model
	Timeouts timeouts.Value `tfsdk:"timeouts"`
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
	response.TypeName = request.ProviderTypeName + "_user"
}

// IdentitySchema describes the identity.
func (r *Resource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, response *resource.IdentitySchemaResponse) {
	response.IdentitySchema = object.IdentitySchema(kind)
}

// ImportState imports by id or identity.
func (r *Resource) ImportState(ctx context.Context, request resource.ImportStateRequest, response *resource.ImportStateResponse) {
	object.Import(ctx, request, response)
}

// Schema describes the resource.
func (r *Resource) Schema(ctx context.Context, _ resource.SchemaRequest, response *resource.SchemaResponse) {
	response.Schema = schema.Schema{
		MarkdownDescription: "Manages a user: a person or program that calls the API with their own API tokens. Only for cluster admins. " +
			"Destroying a user deletes their API tokens and memberships; their usage records are kept.",
		Attributes: map[string]schema.Attribute{
			"id": object.ID(kind),
			"name": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: "The name, 1 to 128 characters.",
				Validators:          object.Text(128),
			},
			"username": schema.StringAttribute{
				Optional: true,
				Computed: true,
				MarkdownDescription: "The username, unique in the cluster: at most 32 lower-case letters, digits, `-` and `_`. By default, " +
					"the server derives it from the email address or the name.",
				Validators:    object.Username(),
				PlanModifiers: []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
			},
			"email": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "The email address, unique in the cluster (case-insensitive).",
				Validators:          object.Email(),
			},
			"role": schema.StringAttribute{
				Optional:            true,
				Computed:            true,
				Default:             stringdefault.StaticString(string(client.ROLE_USER)),
				MarkdownDescription: "`cluster_admin`, with all permissions, or `user` (default), with permissions from memberships.",
				Validators:          []validator.String{object.OneOf(client.AllowedRoleEnumValues)},
			},
			"state": schema.StringAttribute{
				Optional:            true,
				Computed:            true,
				Default:             stringdefault.StaticString(string(client.USERSTATE_ACTIVE)),
				MarkdownDescription: "`active` (default) or `suspended`. The server rejects the API tokens of suspended users.",
				Validators:          []validator.String{object.OneOf(client.AllowedUserStateEnumValues)},
			},
			"created_at": object.CreatedAt(),
		},
		Blocks: map[string]schema.Block{"timeouts": timeouts.BlockAll(ctx)},
	}
}

// Create creates the user.
func (r *Resource) Create(ctx context.Context, request resource.CreateRequest, response *resource.CreateResponse) {
	var plan resourceModel
	if !r.Ready(request.Plan.Get(ctx, &plan), &response.Diagnostics) {
		return
	}
	ctx, done := object.WithTimeout(ctx, plan.Timeouts.Create, &response.Diagnostics)
	defer done()
	role, state := client.Role(plan.Role.ValueString()), client.UserState(plan.State.ValueString())
	body := client.UserCreate{
		Username: object.Optional(plan.Username),
		Name:     plan.Name.ValueString(),
		Email:    *client.NewNullableString(object.Optional(plan.Email)),
		Role:     &role,
		State:    &state,
	}
	created, _, err := r.Client.UsersAPI.CreateUser(ctx).IdempotencyKey(api.NewIdempotencyKey()).UserCreate(body).Execute()
	if err != nil {
		response.Diagnostics.Append(api.Diagnose("The user cannot be created", err)...)
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
	id := state.ID.ValueString()
	found, httpResponse, err := api.Read(ctx, r.Client, "", listRequest(ctx, r.Client, nil), r.Client.UsersAPI.GetUser(ctx, id), id, (*client.User).GetId)
	if !r.CheckRead(ctx, state.ref(), httpResponse, err, response) {
		return
	}
	state.model = read(found)
	object.Save(ctx, &response.State, response.Identity, state, state.identity(), &response.Diagnostics)
}

// Update replaces the object.
func (r *Resource) Update(ctx context.Context, request resource.UpdateRequest, response *resource.UpdateResponse) {
	var plan resourceModel
	if !r.Ready(request.Plan.Get(ctx, &plan), &response.Diagnostics) {
		return
	}
	ctx, done := object.WithTimeout(ctx, plan.Timeouts.Update, &response.Diagnostics)
	defer done()
	body := client.UserUpdate{
		Username: object.Optional(plan.Username),
		Name:     plan.Name.ValueString(),
		Email:    *client.NewNullableString(object.Optional(plan.Email)),
		Role:     client.Role(plan.Role.ValueString()),
		State:    client.UserState(plan.State.ValueString()),
	}
	updated, _, err := r.Client.UsersAPI.UpdateUser(ctx, plan.ID.ValueString()).UserUpdate(body).Execute()
	if err != nil {
		response.Diagnostics.Append(api.Diagnose("The user cannot be updated", err)...)
		return
	}
	plan.model = read(updated)
	object.Save(ctx, &response.State, response.Identity, plan, plan.identity(), &response.Diagnostics)
}

// Delete deletes the user, who must not be the last cluster admin or the last active owner of an organization. It retries for a
// while: if Terraform destroys everything, it destroys that organization at the same time.
func (r *Resource) Delete(ctx context.Context, request resource.DeleteRequest, response *resource.DeleteResponse) {
	var state resourceModel
	if !r.Ready(request.State.Get(ctx, &state), &response.Diagnostics) {
		return
	}
	ctx, done := object.WithTimeout(ctx, state.Timeouts.Delete, &response.Diagnostics)
	defer done()
	httpResponse, err := r.Client.UsersAPI.DeleteUser(ctx, state.ID.ValueString()).Execute()
	for retries := 0; api.IsLastOwner(err) && retries < lastOwnerRetries && ctx.Err() == nil; retries++ {
		_ = api.Sleep(ctx, time.Second)
		httpResponse, err = r.Client.UsersAPI.DeleteUser(ctx, state.ID.ValueString()).Execute()
	}
	r.CheckDeleted(ctx, state.ref(), httpResponse, err, &response.Diagnostics)
}

func read(user *client.User) model {
	return model{
		ID:        types.StringValue(user.Id),
		Username:  types.StringValue(user.Username),
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

func (m model) ref() object.Ref {
	return object.Ref{Kind: kind, ID: m.ID.ValueString(), Identity: m.identity()}
}
