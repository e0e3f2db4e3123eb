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

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/agynio/agyn/terraform-provider/internal/api"
	"github.com/agynio/agyn/terraform-provider/internal/provider/apitoken"
	"github.com/agynio/agyn/terraform-provider/internal/provider/defaultmodel"
	"github.com/agynio/agyn/terraform-provider/internal/provider/llmmodel"
	"github.com/agynio/agyn/terraform-provider/internal/provider/llmprovider"
	"github.com/agynio/agyn/terraform-provider/internal/provider/member"
	"github.com/agynio/agyn/terraform-provider/internal/provider/organization"
	"github.com/agynio/agyn/terraform-provider/internal/provider/secret"
	"github.com/agynio/agyn/terraform-provider/internal/provider/secretprovider"
	"github.com/agynio/agyn/terraform-provider/internal/provider/usage"
	"github.com/agynio/agyn/terraform-provider/internal/provider/user"
)

const (
	gatewayVariable = "AGYN_GATEWAY"
	tokenVariable   = "AGYN_TOKEN"
	caFileVariable  = "AGYN_CA_FILE"
)

// tokenPattern accepts more than today's API tokens, so that the provider works with later servers' tokens.
var tokenPattern = regexp.MustCompile(`^[\x21-\x7E]+$`)

// Agyn is the provider.
type Agyn struct {
	version string
}

type model struct {
	Gateway types.String `tfsdk:"gateway"`
	Token   types.String `tfsdk:"token"`
	CAFile  types.String `tfsdk:"ca_file"`
}

var (
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
		},
	}
}

// Configure creates the client that resources and data sources share. It reads the caller, so that a wrong gateway or token is
// reported once. If a setting is unknown, it configures nothing: planning new resources needs no server.
func (p *Agyn) Configure(ctx context.Context, request provider.ConfigureRequest, response *provider.ConfigureResponse) {
	var config model
	response.Diagnostics.Append(request.Config.Get(ctx, &config)...)
	if response.Diagnostics.HasError() || config.Gateway.IsUnknown() || config.Token.IsUnknown() || config.CAFile.IsUnknown() {
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
	if response.Diagnostics.HasError() {
		return
	}
	client, err := api.New(api.Settings{
		Gateway: gateway, Token: token, CAFile: valueOr(config.CAFile, caFileVariable), Version: p.version, Terraform: request.TerraformVersion,
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
	response.ResourceData = client
	response.DataSourceData = client
	response.EphemeralResourceData = client
	response.ListResourceData = client
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

// Resources lists the resources.
func (p *Agyn) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{
		apitoken.NewResource,
		defaultmodel.NewResource,
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
		llmmodel.Collection().ListResource,
		llmprovider.Collection().ListResource,
		member.Collection().ListResource,
		organization.Collection().ListResource,
		secret.Collection().ListResource,
		secretprovider.Collection().ListResource,
		user.Collection().ListResource,
	}
}

func valueOr(value types.String, variable string) string {
	if value.IsNull() {
		return os.Getenv(variable)
	}
	return value.ValueString()
}
