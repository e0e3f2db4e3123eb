package secretprovider

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"

	"github.com/agynio/agyn/terraform-provider/internal/client"
	"github.com/agynio/agyn/terraform-provider/internal/provider/credential"
	"github.com/agynio/agyn/terraform-provider/internal/provider/object"
)

// vaultConfig is the attribute config of the resource.
type vaultConfig struct {
	Address           types.String `tfsdk:"address"`
	Namespace         types.String `tfsdk:"namespace"`
	CACertificate     types.String `tfsdk:"ca_certificate"`
	Token             types.String `tfsdk:"token"`
	TokenWO           types.String `tfsdk:"token_wo"`
	TokenWOVersion    types.Int64  `tfsdk:"token_wo_version"`
	RoleID            types.String `tfsdk:"role_id"`
	SecretID          types.String `tfsdk:"secret_id"`
	SecretIDWO        types.String `tfsdk:"secret_id_wo"`
	SecretIDWOVersion types.Int64  `tfsdk:"secret_id_wo_version"`
	AppRoleMount      types.String `tfsdk:"approle_mount"`
}

// configAttribute describes the attribute config.
func configAttribute() schema.SingleNestedAttribute {
	return schema.SingleNestedAttribute{
		Required: true,
		MarkdownDescription: "How to reach the secret provider and authenticate there: with a token, or with AppRole. Set `token` or `token_wo`; or " +
			"`role_id` and `secret_id` or `secret_id_wo`.",
		Attributes: map[string]schema.Attribute{
			"address": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: "The server's URL, such as `https://vault.example.com:8200`.",
				Validators:          object.VaultAddress(),
			},
			"namespace": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "The namespace. By default the root namespace.",
				Validators:          object.VaultPath(),
			},
			"ca_certificate": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "PEM certificates of CAs to trust in addition to those of the Agyn server.",
			},
			"token": schema.StringAttribute{
				Optional:            true,
				Sensitive:           true,
				MarkdownDescription: "The token. It is in the state; `token_wo` is not. The first apply after an import sets it.",
				Validators:          object.Token(),
			},
			"token_wo":         writeOnly("token"),
			"token_wo_version": version("token"),
			"role_id": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "The role id of an AppRole.",
				Validators:          object.VisibleASCII(256),
			},
			"secret_id": schema.StringAttribute{
				Optional:  true,
				Sensitive: true,
				MarkdownDescription: "The secret id of the AppRole. It is in the state; `secret_id_wo` is not. The first apply after an import sets " +
					"it.",
				Validators: object.Token(),
			},
			"secret_id_wo":         writeOnly("secret_id"),
			"secret_id_wo_version": version("secret_id"),
			"approle_mount": schema.StringAttribute{
				Optional:            true,
				Computed:            true,
				MarkdownDescription: "The path of the AppRole auth method without `auth/`. By default `approle`.",
				Validators:          object.VaultPath(),
				PlanModifiers:       []planmodifier.String{defaultMount{}},
			},
		},
	}
}

func writeOnly(plain string) schema.StringAttribute {
	return schema.StringAttribute{
		Optional:  true,
		Sensitive: true,
		WriteOnly: true,
		MarkdownDescription: fmt.Sprintf("`%s` as a write-only value, which is neither in the state nor in plans. Without `%[1]s_wo_version`, changes "+
			"are detected with a salted scrypt hash in the private state. The first apply after an import sets it.", plain),
		Validators: object.Token(),
	}
}

func version(plain string) schema.Int64Attribute {
	return schema.Int64Attribute{
		Optional: true,
		MarkdownDescription: fmt.Sprintf("The version of `%s_wo`. If set, `%[1]s_wo` is sent only when this number changes, and no hash is stored.",
			plain),
		Validators: []validator.Int64{int64validator.AlsoRequires(path.MatchRelative().AtParent().AtName(plain + "_wo"))},
	}
}

// defaultMount plans the mount that the server uses if none is configured.
type defaultMount struct{}

// Description implements planmodifier.Describer.
func (defaultMount) Description(context.Context) string {
	return "Uses approle by default."
}

// MarkdownDescription implements planmodifier.Describer.
func (d defaultMount) MarkdownDescription(ctx context.Context) string {
	return d.Description(ctx)
}

// PlanModifyString implements planmodifier.String.
func (defaultMount) PlanModifyString(ctx context.Context, request planmodifier.StringRequest, response *planmodifier.StringResponse) {
	if !request.ConfigValue.IsNull() {
		return
	}
	var role types.String
	response.Diagnostics.Append(request.Plan.GetAttribute(ctx, request.Path.ParentPath().AtName("role_id"), &role)...)
	switch {
	case role.IsNull():
		response.PlanValue = types.StringNull()
	case role.IsUnknown():
		response.PlanValue = types.StringUnknown()
	default:
		response.PlanValue = types.StringValue("approle")
	}
}

// readConfig decodes the attribute config. If it is null, as after an import, or unknown, all attributes are null.
func readConfig(ctx context.Context, value types.Object, diagnostics *diag.Diagnostics) vaultConfig {
	var config vaultConfig
	if object.IsSet(value) {
		diagnostics.Append(value.As(ctx, &config, basetypes.ObjectAsOptions{})...)
	}
	return config
}

func (c vaultConfig) value(ctx context.Context, diagnostics *diag.Diagnostics) types.Object {
	attributes := configAttribute().GetType().(types.ObjectType).AttrTypes
	value, found := types.ObjectValueFrom(ctx, attributes, c)
	diagnostics.Append(found...)
	return value
}

// with returns the server's configuration with these credentials.
func (c vaultConfig) with(found client.SecretProviderConfig) vaultConfig {
	c.Address = types.StringValue(found.Address)
	c.Namespace = types.StringPointerValue(found.Namespace.Get())
	c.CACertificate = types.StringPointerValue(found.CaCertificate.Get())
	c.RoleID = types.StringPointerValue(found.RoleId.Get())
	c.AppRoleMount = types.StringPointerValue(found.ApproleMount.Get())
	return c
}

// input returns the configuration to send, without write-only credentials.
func (c vaultConfig) input() client.SecretProviderConfigInput {
	return client.SecretProviderConfigInput{
		Address:       c.Address.ValueString(),
		Namespace:     object.Optional(c.Namespace),
		CaCertificate: object.Optional(c.CACertificate),
		Token:         object.Optional(c.Token),
		RoleId:        object.Optional(c.RoleID),
		SecretId:      object.Optional(c.SecretID),
		ApproleMount:  object.Optional(c.AppRoleMount),
	}
}

// usesAppRole reports whether the auth method is AppRole. The server tells the auth methods apart by the role id too.
func (c vaultConfig) usesAppRole() bool {
	return !c.RoleID.IsNull()
}

// forms returns the forms of the credential for the planned auth method. The write-only form is in the configuration only.
func forms(config, plan, state vaultConfig) credential.Forms {
	if plan.usesAppRole() {
		return credential.Forms{
			Plain: plan.SecretID, PriorPlain: state.SecretID,
			WriteOnly: config.SecretIDWO, Version: plan.SecretIDWOVersion, PriorVersion: state.SecretIDWOVersion,
		}
	}
	return credential.Forms{
		Plain: plan.Token, PriorPlain: state.Token,
		WriteOnly: config.TokenWO, Version: plan.TokenWOVersion, PriorVersion: state.TokenWOVersion,
	}
}

// check requires the credential of exactly one auth method, in the words of the server (SecretProviderRules). It accepts unknown
// values.
func (c vaultConfig) check(diagnostics *diag.Diagnostics) {
	reject := func(summary, detail string) {
		diagnostics.AddAttributeError(path.Root("config"), summary, detail)
	}
	tokens := c.setOf("token", "token_wo")
	secretIDs := c.setOf("secret_id", "secret_id_wo")
	appRole := append(c.setOf("role_id", "approle_mount"), secretIDs...)
	for _, forms := range [][]string{tokens, secretIDs} {
		if len(forms) > 1 {
			reject("The credential is set twice", fmt.Sprintf("Set %s, not both.", strings.Join(forms, " or ")))
		}
	}
	hasSecretID := !c.SecretID.IsNull() || !c.SecretIDWO.IsNull()
	switch {
	case len(tokens) > 0 && len(appRole) > 0:
		reject("Two auth methods are set", "Set token, or role_id and secret_id, not both.")
	case len(appRole) > 0 && c.RoleID.IsNull():
		reject("The role id is missing", fmt.Sprintf("Add role_id; %s requires it.", appRole[0]))
	case len(appRole) > 0 && !hasSecretID:
		reject("The secret id is missing", "Add secret_id or secret_id_wo; role_id requires it.")
	case c.Token.IsNull() && c.TokenWO.IsNull() && (c.RoleID.IsNull() || !hasSecretID):
		reject("The credential is missing", "Set token or token_wo, or role_id and secret_id.")
	}
}

// setOf returns the attributes that are set.
func (c vaultConfig) setOf(names ...string) []string {
	values := map[string]attr.Value{
		"token": c.Token, "token_wo": c.TokenWO, "role_id": c.RoleID,
		"secret_id": c.SecretID, "secret_id_wo": c.SecretIDWO, "approle_mount": c.AppRoleMount,
	}
	return slices.DeleteFunc(names, func(name string) bool { return !object.IsSet(values[name]) })
}
