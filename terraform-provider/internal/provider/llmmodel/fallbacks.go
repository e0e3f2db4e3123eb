package llmmodel

import (
	"github.com/hashicorp/terraform-plugin-framework-validators/int32validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	datasource "github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/int32default"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/listdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/agynio/agyn/terraform-provider/internal/client"
	"github.com/agynio/agyn/terraform-provider/internal/provider/object"
)

const (
	maxFallbacks  = 8
	maxWeight     = 1000
	defaultWeight = 1
)

// fallback is an element of fallbacks.
type fallback struct {
	ProviderID      types.String `tfsdk:"provider_id"`
	RemoteModelName types.String `tfsdk:"remote_model_name"`
	Weight          types.Int32  `tfsdk:"weight"`
}

// routing holds the attributes that choose the target of a call.
type routing struct {
	Fallbacks      []fallback   `tfsdk:"fallbacks"`
	Routing        types.String `tfsdk:"routing"`
	Weight         types.Int32  `tfsdk:"weight"`
	RetryOnTimeout types.Bool   `tfsdk:"retry_on_timeout"`
}

func routingAttributes() map[string]schema.Attribute {
	element := types.ObjectType{AttrTypes: map[string]attr.Type{
		"provider_id": types.StringType, "remote_model_name": types.StringType, "weight": types.Int32Type,
	}}
	return map[string]schema.Attribute{
		"fallbacks": schema.ListNestedAttribute{
			Optional: true,
			Computed: true,
			Default:  listdefault.StaticValue(types.ListValueMust(element, []attr.Value{})),
			MarkdownDescription: "The targets of calls that the LLM provider does not process, in their order; at most 8. Their LLM providers " +
				"have the same protocol. By default, there are no fallbacks.",
			Validators: []validator.List{listvalidator.SizeAtMost(maxFallbacks)},
			NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
				"provider_id": schema.StringAttribute{
					Required:            true,
					MarkdownDescription: "The id of the LLM provider.",
					Validators:          []validator.String{object.UUID()},
				},
				"remote_model_name": schema.StringAttribute{
					Required:            true,
					MarkdownDescription: "The model's name at the LLM provider, 1 to 256 characters.",
					Validators:          object.Text(256),
				},
				"weight": weight("The share of sessions that this target gets with the routing `weighted`, 1 to 1000. The default is 1."),
			}},
		},
		"routing": schema.StringAttribute{
			Optional: true,
			Computed: true,
			Default:  stringdefault.StaticString(string(client.MODELROUTING_FAILOVER)),
			MarkdownDescription: "How the target of a call is chosen if there are fallbacks. `failover`, the default: this target, then the fallbacks in " +
				"their order. `weighted`: by weight, the same target for all calls of a session.",
			Validators: []validator.String{stringvalidator.OneOf(string(client.MODELROUTING_FAILOVER), string(client.MODELROUTING_WEIGHTED))},
		},
		"weight": weight("The share of sessions that this LLM provider gets with the routing `weighted`, 1 to 1000. The default is 1."),
		"retry_on_timeout": schema.BoolAttribute{
			Optional: true,
			Computed: true,
			Default:  booldefault.StaticBool(false),
			MarkdownDescription: "Whether a call goes to the next target after an LLM provider did not respond in time; it may be billed twice. The " +
				"default is false.",
		},
	}
}

func weight(description string) schema.Int32Attribute {
	return schema.Int32Attribute{
		Optional:            true,
		Computed:            true,
		Default:             int32default.StaticInt32(defaultWeight),
		MarkdownDescription: description,
		Validators:          []validator.Int32{int32validator.Between(1, maxWeight)},
	}
}

func computedRouting() map[string]datasource.Attribute {
	return map[string]datasource.Attribute{
		"fallbacks": object.NestedList("The targets of calls that the LLM provider does not process, in their order.", map[string]datasource.Attribute{
			"provider_id":       datasource.StringAttribute{Computed: true, MarkdownDescription: "The id of the LLM provider."},
			"remote_model_name": datasource.StringAttribute{Computed: true, MarkdownDescription: "The model's name at the LLM provider."},
			"weight":            datasource.Int32Attribute{Computed: true, MarkdownDescription: "The share of sessions with the routing `weighted`."},
		}),
		"routing":          datasource.StringAttribute{Computed: true, MarkdownDescription: "How the target of a call is chosen: `failover` or `weighted`."},
		"weight":           datasource.Int32Attribute{Computed: true, MarkdownDescription: "The share of sessions of this LLM provider with the routing `weighted`."},
		"retry_on_timeout": datasource.BoolAttribute{Computed: true, MarkdownDescription: "Whether a call goes to the next target after a time-out."},
	}
}

func readRouting(found *client.Model) routing {
	return routing{
		Fallbacks: object.MapAll(found.Fallbacks, func(each *client.ModelFallback) fallback {
			return fallback{
				ProviderID:      types.StringValue(each.ProviderId),
				RemoteModelName: types.StringValue(each.RemoteModelName),
				Weight:          types.Int32Value(each.Weight),
			}
		}),
		Routing:        types.StringValue(string(found.Routing)),
		Weight:         types.Int32Value(found.Weight),
		RetryOnTimeout: types.BoolValue(found.RetryOnTimeout),
	}
}

// fallbackInputs returns nil for none.
func (r routing) fallbackInputs() []client.ModelFallbackInput {
	if len(r.Fallbacks) == 0 {
		return nil
	}
	return object.MapAll(r.Fallbacks, func(each *fallback) client.ModelFallbackInput {
		return client.ModelFallbackInput{
			ProviderId:      each.ProviderID.ValueString(),
			RemoteModelName: each.RemoteModelName.ValueString(),
			Weight:          each.Weight.ValueInt32Pointer(),
		}
	})
}

func (r routing) kind() *client.ModelRouting {
	kind := client.ModelRouting(r.Routing.ValueString())
	return &kind
}
