// Package provider configures the provider and lists its resources and data sources.
package provider

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"regexp"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/agynio/agyn/terraform-provider/internal/api"
	"github.com/agynio/agyn/terraform-provider/internal/provider/apitoken"
	"github.com/agynio/agyn/terraform-provider/internal/provider/clusteradmin"
	"github.com/agynio/agyn/terraform-provider/internal/provider/defaultmodel"
	"github.com/agynio/agyn/terraform-provider/internal/provider/groupmapping"
	"github.com/agynio/agyn/terraform-provider/internal/provider/invitation"
	"github.com/agynio/agyn/terraform-provider/internal/provider/limit"
	"github.com/agynio/agyn/terraform-provider/internal/provider/llmmodel"
	"github.com/agynio/agyn/terraform-provider/internal/provider/llmprovider"
	"github.com/agynio/agyn/terraform-provider/internal/provider/member"
	"github.com/agynio/agyn/terraform-provider/internal/provider/object"
	"github.com/agynio/agyn/terraform-provider/internal/provider/organization"
	"github.com/agynio/agyn/terraform-provider/internal/provider/secret"
	"github.com/agynio/agyn/terraform-provider/internal/provider/secretprovider"
	"github.com/agynio/agyn/terraform-provider/internal/provider/usage"
	"github.com/agynio/agyn/terraform-provider/internal/provider/user"
)

const (
	gatewayVariable      = "AGYN_GATEWAY"
	tokenVariable        = "AGYN_TOKEN"
	caFileVariable       = "AGYN_CA_FILE"
	organizationVariable = "AGYN_ORGANIZATION_ID"
)

// tokenPattern accepts more than today's API tokens, so that the provider works with later servers' tokens.
var tokenPattern = regexp.MustCompile(`^[\x21-\x7E]+$`)

// Agyn is the provider.
type Agyn struct {
	version string
}

type model struct {
	Gateway            types.String `tfsdk:"gateway"`
	Token              types.String `tfsdk:"token"`
	CAFile             types.String `tfsdk:"ca_file"`
	InsecureSkipVerify types.Bool   `tfsdk:"insecure_skip_verify"`
	OrganizationID     types.String `tfsdk:"organization_id"`
}

var (
	_ provider.ProviderWithActions            = (*Agyn)(nil)
	_ provider.ProviderWithEphemeralResources = (*Agyn)(nil)
	_ provider.ProviderWithListResources      = (*Agyn)(nil)
)

// New returns a factory of the provider with a version.
func New(version string) func() provider.Provider {
	return func() provider.Provider {
		return &Agyn{version: version}
	}
}

// Metadata names the provider.
func (p *Agyn) Metadata(_ context.Context, _ provider.MetadataRequest, response *provider.MetadataResponse) {
	response.TypeName = "agyn"
	response.Version = p.version
}

// Schema describes the provider block.
func (p *Agyn) Schema(_ context.Context, _ provider.SchemaRequest, response *provider.SchemaResponse) {
	response.Schema = schema.Schema{
		MarkdownDescription: "Manages organizations, secrets, secret providers, LLM providers and models of the Agyn LLM control plane.",
		Attributes: map[string]schema.Attribute{
			"gateway": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "The server's base URL, such as `https://agyn.example.com`; redirects are not followed. Falls back to `" + gatewayVariable + "`.",
			},
			"token": schema.StringAttribute{
				Optional:            true,
				Sensitive:           true,
				MarkdownDescription: "An API token. Falls back to `" + tokenVariable + "`.",
			},
			"ca_file": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "A PEM file of certificate authorities to trust in addition to the system's. Falls back to `" + caFileVariable +
					"`. For an HTTP proxy, set `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`.",
			},
			"insecure_skip_verify": schema.BoolAttribute{
				Optional: true,
				MarkdownDescription: "Whether to accept any certificate of the server, for development only: anybody on the network path can read the token. " +
					"Terraform warns about it. For a private certificate authority, set `ca_file`.",
			},
			"organization_id": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "The default organization of resources and data sources without an `organization_id`, except API tokens, which it does " +
					"not restrict. Falls back to `" + organizationVariable + "`. A change replaces the resources that use it.",
				Validators: []validator.String{object.UUID()},
			},
		},
	}
}

// Configure creates the client that resources and data sources share. It reads the caller, so that a wrong gateway or token is
// reported once. If a setting is unknown, it configures nothing: planning new resources needs no server.
func (p *Agyn) Configure(ctx context.Context, request provider.ConfigureRequest, response *provider.ConfigureResponse) {
	var config model
	response.Diagnostics.Append(request.Config.Get(ctx, &config)...)
	if response.Diagnostics.HasError() || config.Gateway.IsUnknown() || config.Token.IsUnknown() || config.CAFile.IsUnknown() ||
		config.InsecureSkipVerify.IsUnknown() {
		return
	}
	// Values from files often end with a line break.
	gateway := strings.TrimSpace(valueOr(config.Gateway, gatewayVariable))
	token := strings.TrimSpace(valueOr(config.Token, tokenVariable))
	if gateway == "" {
		response.Diagnostics.AddAttributeError(path.Root("gateway"), "The gateway is missing",
			"Set gateway in the provider block, or "+gatewayVariable+" in the environment, to the server's base URL.")
	}
	if token == "" {
		response.Diagnostics.AddAttributeError(path.Root("token"), "The token is missing",
			"Set token in the provider block, or "+tokenVariable+" in the environment, to an API token.")
	} else if !tokenPattern.MatchString(token) {
		response.Diagnostics.AddAttributeError(path.Root("token"), "The token is invalid",
			"It contains a space, a line break or another character that API tokens do not contain. Set token in the provider block, or "+tokenVariable+
				" in the environment, to an API token.")
	}
	organization := organizationOf(config, &response.Diagnostics)
	if config.InsecureSkipVerify.ValueBool() {
		response.Diagnostics.AddAttributeWarning(path.Root("insecure_skip_verify"), "The server's certificate is not verified",
			"Anybody on the network path can read the token and the credentials, and change the responses. Use this in development only. "+
				"For a private certificate authority, set ca_file.")
	}
	if response.Diagnostics.HasError() {
		return
	}
	client, err := api.New(api.Settings{
		Gateway: gateway, Token: token, CAFile: valueOr(config.CAFile, caFileVariable), InsecureSkipVerify: config.InsecureSkipVerify.ValueBool(),
		Version: p.version, Terraform: request.TerraformVersion,
	})
	switch {
	case errors.Is(err, api.ErrGateway):
		// Not on the attribute: Terraform would show its line, which may contain a credential.
		response.Diagnostics.AddError("Invalid gateway", "Set gateway in the provider block, or "+gatewayVariable+" in the environment, to another value: "+err.Error()+".")
	case err != nil:
		response.Diagnostics.AddAttributeError(path.Root("ca_file"), "Invalid CA file",
			"Set ca_file in the provider block, or "+caFileVariable+" in the environment, to a PEM file: "+err.Error()+".")
	}
	if response.Diagnostics.HasError() {
		return
	}
	p.checkConnection(ctx, client, gateway, &response.Diagnostics)
	if response.Diagnostics.HasError() {
		return
	}
	configured := object.Provider{Client: client, OrganizationID: organization}
	response.ResourceData = configured
	response.DataSourceData = configured
	response.EphemeralResourceData = configured
	response.ListResourceData = configured
	response.ActionData = configured
}

// connectTimeout limits the first request. It is shorter than the Retry-After for clients that sent many unknown tokens, so that
// the provider reports that error at once.
const connectTimeout = 30 * time.Second

// checkConnection reads the caller, and explains a failure.
func (p *Agyn) checkConnection(ctx context.Context, client *api.Client, gateway string, diagnostics *diag.Diagnostics) {
	ctx, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	_, response, err := client.MeAPI.GetMe(ctx).Execute()
	var redirect *api.RedirectError
	switch {
	case err == nil:
	case errors.As(err, &redirect):
		diagnostics.AddAttributeError(path.Root("gateway"), "The gateway redirects", "Redirects are not followed: "+redirect.Error()+".")
	case api.IsUnauthenticated(response):
		diagnostics.AddAttributeError(path.Root("token"), "The token is rejected",
			"The server at "+gateway+" does not accept the API token: it is mistyped, expired or revoked. Set another one.")
	case response == nil:
		diagnostics.AddAttributeError(path.Root("gateway"), "Cannot connect to the server",
			"No server responds at "+gateway+" ("+err.Error()+"). Check the gateway, the proxy in the environment, and that the server runs.")
	case response.StatusCode == http.StatusNotFound || response.StatusCode == http.StatusOK:
		diagnostics.AddAttributeError(path.Root("gateway"), "Incompatible server version",
			fmt.Sprintf("The server at %s does not serve the API of this provider (version %s). Check the gateway. If it is an Agyn server, "+
				"use a provider of the server's version.", gateway, p.version))
	default:
		diagnostics.Append(api.Diagnose("The server rejected the provider", err)...)
	}
}

// Actions lists the actions.
func (p *Agyn) Actions(context.Context) []func() action.Action {
	return []func() action.Action{
		llmmodel.NewTestAction,
	}
}

// Resources lists the resources.
func (p *Agyn) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{
		apitoken.NewResource,
		clusteradmin.NewResource,
		defaultmodel.NewResource,
		groupmapping.NewResource,
		invitation.NewResource,
		limit.NewResource,
		llmmodel.NewResource,
		llmprovider.NewResource,
		member.NewResource,
		organization.NewResource,
		secret.NewResource,
		secretprovider.NewResource,
		user.NewResource,
	}
}

// DataSources lists the data sources.
func (p *Agyn) DataSources(context.Context) []func() datasource.DataSource {
	return []func() datasource.DataSource{
		apitoken.Collection().DataSource,
		apitoken.Collection().ListDataSource,
		groupmapping.Collection().DataSource,
		groupmapping.Collection().ListDataSource,
		invitation.Collection().DataSource,
		invitation.Collection().ListDataSource,
		limit.Collection().DataSource,
		limit.Collection().ListDataSource,
		llmmodel.Collection().DataSource,
		llmmodel.Collection().ListDataSource,
		llmprovider.Collection().DataSource,
		llmprovider.Collection().ListDataSource,
		member.Collection().DataSource,
		member.Collection().ListDataSource,
		organization.Collection().DataSource,
		organization.Collection().ListDataSource,
		secret.Collection().DataSource,
		secret.Collection().ListDataSource,
		secretprovider.Collection().DataSource,
		secretprovider.Collection().ListDataSource,
		usage.NewDataSource,
		user.Collection().DataSource,
		user.Collection().ListDataSource,
	}
}

// EphemeralResources lists the ephemeral resources.
func (p *Agyn) EphemeralResources(context.Context) []func() ephemeral.EphemeralResource {
	return []func() ephemeral.EphemeralResource{
		apitoken.NewEphemeral,
		secret.NewEphemeral,
	}
}

// ListResources lists the resources that terraform query finds.
func (p *Agyn) ListResources(context.Context) []func() list.ListResource {
	return []func() list.ListResource{
		apitoken.Collection().ListResource,
		groupmapping.Collection().ListResource,
		invitation.Collection().ListResource,
		limit.Collection().ListResource,
		llmmodel.Collection().ListResource,
		llmprovider.Collection().ListResource,
		member.Collection().ListResource,
		organization.Collection().ListResource,
		secret.Collection().ListResource,
		secretprovider.Collection().ListResource,
		user.Collection().ListResource,
	}
}

// organizationOf returns the default organization, which may be null or unknown. An invalid id in the environment is an error.
func organizationOf(config model, diagnostics *diag.Diagnostics) types.String {
	if !config.OrganizationID.IsNull() {
		return config.OrganizationID
	}
	id := strings.TrimSpace(os.Getenv(organizationVariable))
	if id == "" {
		return types.StringNull()
	}
	if !object.IsUUID(id) {
		diagnostics.AddError("Invalid organization", "Set "+organizationVariable+" in the environment to the id of an organization, a UUID in lower case.")
	}
	return types.StringValue(id)
}

func valueOr(value types.String, variable string) string {
	if value.IsNull() {
		return os.Getenv(variable)
	}
	return value.ValueString()
}
