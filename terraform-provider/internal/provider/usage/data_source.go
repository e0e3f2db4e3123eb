// Package usage implements the data source agyn_usage.
package usage

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/agynio/agyn/terraform-provider/internal/api"
	"github.com/agynio/agyn/terraform-provider/internal/client"
	"github.com/agynio/agyn/terraform-provider/internal/provider/object"
)

// groups are the dimensions that the contract can group by.
var groups = []string{"model", "provider", "api_token", "user", "operation", "outcome", "hour", "day", "thread"}

// DataSource is data agyn_usage.
type DataSource struct {
	object.DataSource
}

type model struct {
	OrganizationID types.String      `tfsdk:"organization_id"`
	From           timetypes.RFC3339 `tfsdk:"from"`
	To             timetypes.RFC3339 `tfsdk:"to"`
	GroupBy        types.List        `tfsdk:"group_by"`
	ModelID        types.String      `tfsdk:"model_id"`
	ProviderID     types.String      `tfsdk:"provider_id"`
	UserID         types.String      `tfsdk:"user_id"`
	APITokenID     types.String      `tfsdk:"api_token_id"`
	Outcome        types.String      `tfsdk:"outcome"`
	Operation      types.String      `tfsdk:"operation"`
	ThreadID       types.String      `tfsdk:"thread_id"`
	Rows           []rowModel        `tfsdk:"rows"`
}

type rowModel struct {
	StartedAt                types.String  `tfsdk:"started_at"`
	ModelID                  types.String  `tfsdk:"model_id"`
	ModelName                types.String  `tfsdk:"model_name"`
	ProviderID               types.String  `tfsdk:"provider_id"`
	ProviderName             types.String  `tfsdk:"provider_name"`
	APITokenID               types.String  `tfsdk:"api_token_id"`
	APITokenDescription      types.String  `tfsdk:"api_token_description"`
	UserID                   types.String  `tfsdk:"user_id"`
	UserName                 types.String  `tfsdk:"user_name"`
	Operation                types.String  `tfsdk:"operation"`
	Outcome                  types.String  `tfsdk:"outcome"`
	ThreadID                 types.String  `tfsdk:"thread_id"`
	Calls                    types.Int64   `tfsdk:"calls"`
	Errors                   types.Int64   `tfsdk:"errors"`
	InputTokens              types.Int64   `tfsdk:"input_tokens"`
	CachedInputTokens        types.Int64   `tfsdk:"cached_input_tokens"`
	CacheWriteTokens         types.Int64   `tfsdk:"cache_write_tokens"`
	CacheWrite5mTokens       types.Int64   `tfsdk:"cache_write_5m_tokens"`
	CacheWrite1hTokens       types.Int64   `tfsdk:"cache_write_1h_tokens"`
	OutputTokens             types.Int64   `tfsdk:"output_tokens"`
	ReasoningTokens          types.Int64   `tfsdk:"reasoning_tokens"`
	WebSearchRequests        types.Int64   `tfsdk:"web_search_requests"`
	WebFetchRequests         types.Int64   `tfsdk:"web_fetch_requests"`
	UnknownUsageCalls        types.Int64   `tfsdk:"unknown_usage_calls"`
	AverageDurationMs        types.Float64 `tfsdk:"average_duration_ms"`
	AverageTimeToFirstByteMs types.Float64 `tfsdk:"average_time_to_first_byte_ms"`
}

var _ datasource.DataSourceWithConfigure = (*DataSource)(nil)

// NewDataSource creates the data source.
func NewDataSource() datasource.DataSource {
	return &DataSource{}
}

// Metadata names the data source.
func (d *DataSource) Metadata(_ context.Context, request datasource.MetadataRequest, response *datasource.MetadataResponse) {
	response.TypeName = request.ProviderTypeName + "_usage"
}

// Schema describes the data source.
func (d *DataSource) Schema(_ context.Context, _ datasource.SchemaRequest, response *datasource.SchemaResponse) {
	at := func(description string) schema.StringAttribute {
		return schema.StringAttribute{CustomType: timetypes.RFC3339Type{}, Optional: true, Computed: true, MarkdownDescription: description}
	}
	response.Schema = schema.Schema{
		MarkdownDescription: "Reads the token usage of an organization's models, with one row for each group of calls. Members see only their own calls.",
		Attributes: map[string]schema.Attribute{
			"from": at("Only calls that started at this time or later (RFC 3339). The default is 24 hours before `to`."),
			"to":   at("Only calls that started before this time (RFC 3339). The default is the current time."),
			"group_by": schema.ListAttribute{
				ElementType: types.StringType,
				Optional:    true,
				MarkdownDescription: "The dimensions to group calls by: `model`, `provider`, `api_token`, `user` (of the API token), `operation`, " +
					"`outcome`, `thread`, and either `hour` or `day`. Without it, there is one row.",
				Validators: []validator.List{
					listvalidator.SizeBetween(1, len(groups)), listvalidator.UniqueValues(),
					listvalidator.ValueStringsAre(stringvalidator.OneOf(groups...)),
				},
			},
			"thread_id": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "Only calls of this agent's thread or session, as in usage records.",
				Validators:          []validator.String{stringvalidator.LengthBetween(1, 128)},
			},
			"rows": object.NestedList("One row for each group, the earliest first, then by descending number of calls. Dimensions that are not in `group_by` are null.", attributes()),
		},
	}
	for _, filter := range []object.Filter{
		object.OrganizationFilter(),
		object.IDFilter("model_id", "Only calls of this model."),
		object.IDFilter("provider_id", "Only calls that were sent to this LLM provider."),
		object.IDFilter("user_id", "Only calls of this user."),
		object.IDFilter("api_token_id", "Only calls with this API token."),
		object.EnumFilter("outcome", "Only calls with this outcome", client.AllowedCallOutcomeEnumValues),
		object.EnumFilter("operation", "Only calls of this operation", client.AllowedCallOperationEnumValues),
	} {
		response.Schema.Attributes[filter.Name] = filter.DataSourceAttribute()
	}
}

// Read reads the usage.
func (d *DataSource) Read(ctx context.Context, request datasource.ReadRequest, response *datasource.ReadResponse) {
	var config model
	if !d.Ready(request.Config.Get(ctx, &config), &response.Diagnostics) {
		return
	}
	config.OrganizationID = d.Organization(config.OrganizationID, &response.Diagnostics)
	if response.Diagnostics.HasError() {
		return
	}
	report, _, err := d.usageRequest(ctx, config, &response.Diagnostics).Execute()
	if err != nil {
		response.Diagnostics.Append(api.Diagnose("The usage cannot be read", err)...)
		return
	}
	if config.From.IsNull() {
		config.From = object.RFC3339(&report.From)
	}
	if config.To.IsNull() {
		config.To = object.RFC3339(&report.To)
	}
	config.Rows = object.MapAll(report.Rows, read)
	response.Diagnostics.Append(response.State.Set(ctx, config)...)
}

func (d *DataSource) usageRequest(ctx context.Context, config model, diagnostics *diag.Diagnostics) client.ApiGetUsageRequest {
	call := d.Client.UsageAPI.GetUsage(ctx, config.OrganizationID.ValueString())
	if from := object.Instant(config.From); from != nil {
		call = call.From(*from)
	}
	if to := object.Instant(config.To); to != nil {
		call = call.To(*to)
	}
	if !config.GroupBy.IsNull() {
		var by []string
		diagnostics.Append(config.GroupBy.ElementsAs(ctx, &by, false)...)
		call = call.GroupBy(by)
	}
	if !config.ModelID.IsNull() {
		call = call.ModelId(config.ModelID.ValueString())
	}
	if !config.ProviderID.IsNull() {
		call = call.ProviderId(config.ProviderID.ValueString())
	}
	if !config.UserID.IsNull() {
		call = call.UserId(config.UserID.ValueString())
	}
	if !config.APITokenID.IsNull() {
		call = call.ApiTokenId(config.APITokenID.ValueString())
	}
	if !config.Outcome.IsNull() {
		call = call.Outcome(client.CallOutcome(config.Outcome.ValueString()))
	}
	if !config.Operation.IsNull() {
		call = call.Operation(client.CallOperation(config.Operation.ValueString()))
	}
	if !config.ThreadID.IsNull() {
		call = call.ThreadId(config.ThreadID.ValueString())
	}
	return call
}

func read(row *client.UsageRow) rowModel {
	return rowModel{
		StartedAt:                object.Time(row.StartedAt.Get()),
		ModelID:                  types.StringPointerValue(row.ModelId.Get()),
		ModelName:                types.StringPointerValue(row.ModelName.Get()),
		ProviderID:               types.StringPointerValue(row.ProviderId.Get()),
		ProviderName:             types.StringPointerValue(row.ProviderName.Get()),
		APITokenID:               types.StringPointerValue(row.ApiTokenId.Get()),
		APITokenDescription:      types.StringPointerValue(row.ApiTokenDescription.Get()),
		UserID:                   types.StringPointerValue(row.UserId.Get()),
		UserName:                 types.StringPointerValue(row.UserName.Get()),
		Operation:                types.StringPointerValue((*string)(row.Operation.Get())),
		Outcome:                  types.StringPointerValue((*string)(row.Outcome.Get())),
		ThreadID:                 types.StringPointerValue(row.ThreadId.Get()),
		Calls:                    types.Int64Value(row.Calls),
		Errors:                   types.Int64Value(row.Errors),
		InputTokens:              types.Int64Value(row.InputTokens),
		CachedInputTokens:        types.Int64Value(row.CachedInputTokens),
		CacheWriteTokens:         types.Int64Value(row.CacheWriteTokens),
		CacheWrite5mTokens:       types.Int64Value(row.CacheWrite5mTokens),
		CacheWrite1hTokens:       types.Int64Value(row.CacheWrite1hTokens),
		OutputTokens:             types.Int64Value(row.OutputTokens),
		ReasoningTokens:          types.Int64Value(row.ReasoningTokens),
		WebSearchRequests:        types.Int64Value(row.WebSearchRequests),
		WebFetchRequests:         types.Int64Value(row.WebFetchRequests),
		UnknownUsageCalls:        types.Int64Value(row.UnknownUsageCalls),
		AverageDurationMs:        types.Float64PointerValue(row.AverageDurationMs.Get()),
		AverageTimeToFirstByteMs: types.Float64PointerValue(row.AverageTimeToFirstByteMs.Get()),
	}
}

func attributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"started_at":            schema.StringAttribute{Computed: true, MarkdownDescription: "The start of the hour or day, in UTC."},
		"model_id":              schema.StringAttribute{Computed: true, MarkdownDescription: "The id of the model."},
		"model_name":            schema.StringAttribute{Computed: true, MarkdownDescription: "The model's name."},
		"provider_id":           schema.StringAttribute{Computed: true, MarkdownDescription: "The id of the LLM provider."},
		"provider_name":         schema.StringAttribute{Computed: true, MarkdownDescription: "The LLM provider's name."},
		"api_token_id":          schema.StringAttribute{Computed: true, MarkdownDescription: "The id of the API token."},
		"api_token_description": schema.StringAttribute{Computed: true, MarkdownDescription: "The API token's description."},
		"user_id":               schema.StringAttribute{Computed: true, MarkdownDescription: "The id of the user of the API token."},
		"user_name":             schema.StringAttribute{Computed: true, MarkdownDescription: "The user's name."},
		"operation":             schema.StringAttribute{Computed: true, MarkdownDescription: "The operation, such as `create_response`."},
		"outcome":               schema.StringAttribute{Computed: true, MarkdownDescription: "The outcome of the calls."},
		"thread_id":             schema.StringAttribute{Computed: true, MarkdownDescription: "The agent's thread or session."},
		"calls":                 schema.Int64Attribute{Computed: true, MarkdownDescription: "The number of calls."},
		"errors":                schema.Int64Attribute{Computed: true, MarkdownDescription: "The number of calls with another outcome than `completed` or `client_cancelled`."},
		"input_tokens":          schema.Int64Attribute{Computed: true, MarkdownDescription: "Input tokens that were neither read from nor written to a cache."},
		"cached_input_tokens":   schema.Int64Attribute{Computed: true, MarkdownDescription: "Input tokens that were read from the provider's cache."},
		"cache_write_tokens":    schema.Int64Attribute{Computed: true, MarkdownDescription: "Input tokens that were written to the provider's cache."},
		"cache_write_5m_tokens": schema.Int64Attribute{Computed: true, MarkdownDescription: "The part of `cache_write_tokens` that was written for 5 minutes."},
		"cache_write_1h_tokens": schema.Int64Attribute{Computed: true, MarkdownDescription: "The part of `cache_write_tokens` that was written for one hour."},
		"output_tokens":         schema.Int64Attribute{Computed: true, MarkdownDescription: "Output tokens, including reasoning."},
		"reasoning_tokens":      schema.Int64Attribute{Computed: true, MarkdownDescription: "The part of `output_tokens` that was spent on reasoning."},
		"web_search_requests":   schema.Int64Attribute{Computed: true, MarkdownDescription: "Web searches by the provider's tools."},
		"web_fetch_requests":    schema.Int64Attribute{Computed: true, MarkdownDescription: "Web pages fetched by the provider's tools."},
		"unknown_usage_calls":   schema.Int64Attribute{Computed: true, MarkdownDescription: "The number of calls without usage in the provider's response."},
		"average_duration_ms":   schema.Float64Attribute{Computed: true, MarkdownDescription: "The average time from the arrival of a call to its end, in milliseconds."},
		"average_time_to_first_byte_ms": schema.Float64Attribute{
			Computed: true, MarkdownDescription: "The average time from the arrival of a call to the first byte of the provider's body, in milliseconds.",
		},
	}
}
