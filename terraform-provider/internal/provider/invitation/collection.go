package invitation

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/agynio/agyn/terraform-provider/internal/api"
	"github.com/agynio/agyn/terraform-provider/internal/client"
	"github.com/agynio/agyn/terraform-provider/internal/provider/object"
)

// Collection describes the data sources and the list resource.
func Collection() object.Collection[client.Invitation, model] {
	return object.Collection[client.Invitation, model]{
		Kind:        kind,
		Type:        "organization_invitation",
		Attribute:   "invitations",
		Summary:     "Reads an invitation by id. Only for owners of the organization and cluster admins.",
		Description: "Lists the invitations of an organization. Only for its owners and cluster admins.",
		Keys:        []string{"id"},
		Filters: []object.Filter{
			object.OrganizationFilter(),
			object.EnumFilter("status", "Only invitations with this status", client.AllowedInvitationStatusEnumValues),
			object.SearchFilter("invitations", "username or email address"),
		},
		Attributes: attributes,
		Get: func(ctx context.Context, with *api.Client, query object.Query) api.Request[client.Invitation] {
			return with.InvitationsAPI.GetInvitation(ctx, query.Get("organization_id"), query.Get("id"))
		},
		List: func(ctx context.Context, with *api.Client, query object.Query, limit int64) ([]client.Invitation, error) {
			return api.List[client.Invitation](listRequest(ctx, with, query), limit)
		},
		Read: func(invitation *client.Invitation) model {
			return read(invitation, model{})
		},
		Result: func(invitation *client.Invitation) object.Result {
			model := read(invitation, model{})
			return object.Result{
				Name:     invitation.GetUsername() + invitation.GetEmail(),
				Identity: model.identity(),
				Resource: resourceModel{model: model, Timeouts: object.NullTimeouts()},
			}
		},
	}
}

func listRequest(ctx context.Context, with *api.Client, query object.Query) client.ApiListInvitationsRequest {
	request := with.InvitationsAPI.ListInvitations(ctx, query.Get("organization_id"))
	request = object.With(request, query, "status", client.ApiListInvitationsRequest.Status)
	return object.With(request, query, "search", client.ApiListInvitationsRequest.Search)
}

func attributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"id":              schema.StringAttribute{Computed: true, MarkdownDescription: "The id."},
		"organization_id": schema.StringAttribute{Computed: true, MarkdownDescription: "The id of the organization."},
		"username":        schema.StringAttribute{Computed: true, MarkdownDescription: "The username of the invited user; null for an invitation by email address."},
		"email":           schema.StringAttribute{Computed: true, MarkdownDescription: "The email address of the invited user; null for an invitation by username."},
		"role":            schema.StringAttribute{Computed: true, MarkdownDescription: "`owner` or `member`."},
		"status":          schema.StringAttribute{Computed: true, MarkdownDescription: object.Backticked(client.AllowedInvitationStatusEnumValues) + "."},
		"expires_at":      schema.StringAttribute{CustomType: timetypes.RFC3339Type{}, Computed: true, MarkdownDescription: "The time of expiry (RFC 3339)."},
		"created_at":      schema.StringAttribute{Computed: true, MarkdownDescription: "The time of creation (RFC 3339)."},
	}
}

// read maps an invitation. It keeps the known spelling of the time of expiry and of the address if only that differs.
func read(invitation *client.Invitation, known model) model {
	expiresAt, email := object.RFC3339(&invitation.ExpiresAt), types.StringPointerValue(invitation.Email.Get())
	if object.SameInstant(object.Instant(known.ExpiresAt), &invitation.ExpiresAt) {
		expiresAt = known.ExpiresAt
	}
	if object.IsSet(known.Email) && sameAddress(email, known.Email) {
		email = known.Email
	}
	return model{
		ID:             types.StringValue(invitation.Id),
		OrganizationID: types.StringValue(invitation.OrganizationId),
		Username:       types.StringPointerValue(invitation.Username.Get()),
		Email:          email,
		Role:           types.StringValue(string(invitation.Role)),
		Status:         types.StringValue(string(invitation.Status)),
		ExpiresAt:      expiresAt,
		CreatedAt:      object.Time(&invitation.CreatedAt),
	}
}
