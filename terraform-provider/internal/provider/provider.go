// Package provider is the register of what the provider offers.
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
	"github.com/agynio/agyn/terraform-provider/internal/provider/llmmodel"
	"github.com/agynio/agyn/terraform-provider/internal/provider/llmprovider"
	"github.com/agynio/agyn/terraform-provider/internal/provider/member"
	"github.com/agynio/agyn/terraform-provider/internal/provider/organization"
	"github.com/agynio/agyn/terraform-provider/internal/provider/secret"
	"github.com/agynio/agyn/terraform-provider/internal/provider/usage"
	"github.com/agynio/agyn/terraform-provider/internal/provider/user"
)

const (
	gatewayVariable = "AGYN_GATEWAY"
	tokenVariable   = "AGYN_TOKEN"
	caFileVariable  = "AGYN_CA_FILE"
)

// tokenPattern is wider than API tokens are, so that a later server's are accepted.
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

// New gives the function that makes the provider; version is what terraform is told.
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
		MarkdownDescription: "Manages organizations, secrets, LLM providers and models of the Agyn LLM control plane.",
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
				MarkdownDescription: "A PEM file of certificate authorities to trust beside the system's own. Falls back to `" + caFileVariable +
					"`. An HTTP proxy is taken from `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`.",
			},
		},
	}
}

// Configure makes the client that resources and data sources share, and asks the server who the token is, so that a wrong
// gateway or token is said once and clearly. Where either is not known yet, nothing is configured: planning what is new
// needs no server.
func (p *Agyn) Configure(ctx context.Context, request provider.ConfigureRequest, response *provider.ConfigureResponse) {
	var config model
	response.Diagnostics.Append(request.Config.Get(ctx, &config)...)
	if response.Diagnostics.HasError() || config.Gateway.IsUnknown() || config.Token.IsUnknown() || config.CAFile.IsUnknown() {
		return
	}
	// A value from a file often ends with a line break.
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
			"It has a space, a line break or another character that no API token has. Set token in the provider block, or "+tokenVariable+" in the environment, to another value.")
	}
	if response.Diagnostics.HasError() {
		return
	}
	client, err := api.New(api.Settings{
		Gateway: gateway, Token: token, CAFile: valueOr(config.CAFile, caFileVariable), Version: p.version, Terraform: request.TerraformVersion,
	})
	switch {
	case errors.Is(err, api.ErrGateway):
		// Not on the attribute, whose line terraform would show: it may have a credential in it.
		response.Diagnostics.AddError("The gateway is no base URL", "Set gateway in the provider block, or "+gatewayVariable+" in the environment, to another value: "+err.Error()+".")
	case err != nil:
		response.Diagnostics.AddAttributeError(path.Root("ca_file"), "The authorities cannot be trusted",
			"Set ca_file in the provider block, or "+caFileVariable+" in the environment, to a PEM file: "+err.Error()+".")
	}
	if response.Diagnostics.HasError() {
		return
	}
	p.meet(ctx, client, gateway, &response.Diagnostics)
	if response.Diagnostics.HasError() {
		return
	}
	response.ResourceData = client
	response.DataSourceData = client
	response.EphemeralResourceData = client
	response.ListResourceData = client
}

// meetTimeout bounds the first call. Shorter than the Retry-After of a caller that sent many unknown tokens, it reports that
// refusal at once.
const meetTimeout = 30 * time.Second

// meet asks the server who the caller is, and notes why it does not say.
func (p *Agyn) meet(ctx context.Context, client *api.Client, gateway string, diagnostics *diag.Diagnostics) {
	ctx, done := context.WithTimeout(ctx, meetTimeout)
	defer done()
	_, answer, err := client.MeAPI.GetMe(ctx).Execute()
	var redirect *api.RedirectError
	switch {
	case err == nil:
	case errors.As(err, &redirect):
		diagnostics.AddAttributeError(path.Root("gateway"), "The gateway redirects", "Redirects are not followed, and "+redirect.Error()+".")
	case api.IsUnauthenticated(answer):
		diagnostics.AddAttributeError(path.Root("token"), "The token is refused",
			"The server at "+gateway+" does not know the API token: it is mistyped, expired or revoked. Set another one.")
	case answer == nil:
		diagnostics.AddAttributeError(path.Root("gateway"), "The server is not there",
			"No server answers at "+gateway+" ("+err.Error()+"). Check the gateway, the proxy in the environment, and that the server runs.")
	case answer.StatusCode == http.StatusNotFound || answer.StatusCode == http.StatusOK:
		diagnostics.AddAttributeError(path.Root("gateway"), "Server and provider do not fit",
			fmt.Sprintf("What answers at %s does not serve the API of this provider (version %s): either it is no Agyn server, or one of "+
				"another version. Check the gateway; if it is right, use a provider of the server's version.", gateway, p.version))
	default:
		diagnostics.Append(api.Diagnose("The server does not accept the provider", err)...)
	}
}

// Resources lists the resources.
func (p *Agyn) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{
		apitoken.NewResource,
		llmmodel.NewResource,
		llmprovider.NewResource,
		member.NewResource,
		organization.NewResource,
		secret.NewResource,
		user.NewResource,
	}
}

// DataSources lists the data sources.
func (p *Agyn) DataSources(context.Context) []func() datasource.DataSource {
	return []func() datasource.DataSource{
		apitoken.NewDataSource,
		apitoken.NewListDataSource,
		llmmodel.NewDataSource,
		llmmodel.NewListDataSource,
		llmprovider.NewDataSource,
		llmprovider.NewListDataSource,
		member.NewDataSource,
		member.NewListDataSource,
		organization.NewDataSource,
		organization.NewListDataSource,
		secret.NewDataSource,
		secret.NewListDataSource,
		usage.NewDataSource,
		user.NewDataSource,
		user.NewListDataSource,
	}
}

// EphemeralResources lists the ephemeral resources.
func (p *Agyn) EphemeralResources(context.Context) []func() ephemeral.EphemeralResource {
	return []func() ephemeral.EphemeralResource{
		apitoken.NewEphemeral,
		secret.NewEphemeral,
	}
}

// ListResources lists what terraform query can find.
func (p *Agyn) ListResources(context.Context) []func() list.ListResource {
	return []func() list.ListResource{
		apitoken.NewListResource,
		llmmodel.NewListResource,
		llmprovider.NewListResource,
		member.NewListResource,
		organization.NewListResource,
		secret.NewListResource,
		user.NewListResource,
	}
}

func valueOr(value types.String, variable string) string {
	if value.IsNull() {
		return os.Getenv(variable)
	}
	return value.ValueString()
}
