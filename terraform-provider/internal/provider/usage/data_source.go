// Package usage is the data source agyn_usage.
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

// groups are what the contract can group by.
var groups = []string{"model", "provider", "token", "identity", "operation", "outcome", "hour", "day"}

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
	Outcome        types.String      `tfsdk:"outcome"`
	Rows           []rowModel        `tfsdk:"rows"`
}

type rowModel struct {
	StartsAt                 types.String  `tfsdk:"starts_at"`
	ModelID                  types.String  `tfsdk:"model_id"`
	Model                    types.String  `tfsdk:"model"`
	ProviderID               types.String  `tfsdk:"provider_id"`
	Provider                 types.String  `tfsdk:"provider"`
	TokenID                  types.String  `tfsdk:"token_id"`
	Token                    types.String  `tfsdk:"token"`
	UserID                   types.String  `tfsdk:"user_id"`
	User                     types.String  `tfsdk:"user"`
	Operation                types.String  `tfsdk:"operation"`
	Outcome                  types.String  `tfsdk:"outcome"`
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

// NewDataSource makes the data source.
func NewDataSource() datasource.DataSource {
	return &DataSource{}
}

// Metadata names the data source.
func (d *DataSource) Metadata(_ context.Context, request datasource.MetadataRequest, response *datasource.MetadataResponse) {
	response.TypeName = request.ProviderTypeName + "_usage"
}

// Schema describes the data source.
func (d *DataSource) Schema(_ context.Context, _ datasource.SchemaRequest, response *datasource.SchemaResponse) {
	filter := func(description string, rule validator.String) schema.StringAttribute {
		return schema.StringAttribute{Optional: true, MarkdownDescription: description, Validators: []validator.String{rule}}
	}
	id := func(description string) schema.StringAttribute { return filter(description, object.UUID()) }
	at := func(description string) schema.StringAttribute {
		return schema.StringAttribute{CustomType: timetypes.RFC3339Type{}, Optional: true, Computed: true, MarkdownDescription: description}
	}
	response.Schema = schema.Schema{
		MarkdownDescription: "What calls of an organization's models have cost, summed up in a row for each group. To a member, only their own " +
			"calls are.",
		Attributes: map[string]schema.Attribute{
			"organization_id": object.OrganizationIDOfData(),
			"from":            at("Only calls that began at this time or later, as in RFC 3339; 24 hours before `to` if not given."),
			"to":              at("Only calls that began before this time, as in RFC 3339; now if not given."),
			"group_by": schema.ListAttribute{
				ElementType: types.StringType,
				Optional:    true,
				MarkdownDescription: "What calls have in common that are in one row: `model`, `provider`, `token`, `identity` (the user whose " +
					"token it was), `operation`, `outcome`, and either `hour` or `day`. Without it there is one row.",
				Validators: []validator.List{
					listvalidator.SizeBetween(1, len(groups)), listvalidator.UniqueValues(),
					listvalidator.ValueStringsAre(stringvalidator.OneOf(groups...)),
				},
			},
			"model_id":    id("Only calls of this model."),
			"provider_id": id("Only calls that led to this LLM provider."),
			"user_id":     id("Only calls of this user."),
			"outcome": filter("Only calls that ended like this: "+object.Backticked(client.AllowedCallOutcomeEnumValues)+".",
				object.OneOf(client.AllowedCallOutcomeEnumValues)),
			"rows": object.List("A row for each group, the earliest first, and then the one with the most calls. What is not grouped by is null.", attributes()),
		},
	}
}

// Read sums up.
func (d *DataSource) Read(ctx context.Context, request datasource.ReadRequest, response *datasource.ReadResponse) {
	var config model
	if !d.Ready(request.Config.Get(ctx, &config), &response.Diagnostics) {
		return
	}
	report, _, err := d.asked(ctx, config, &response.Diagnostics).Execute()
	if err != nil {
		response.Diagnostics.Append(api.Diagnose("The usage cannot be summed up", err)...)
		return
	}
	if config.From.IsNull() {
		config.From = object.RFC3339(&report.From)
	}
	if config.To.IsNull() {
		config.To = object.RFC3339(&report.To)
	}
	config.Rows = object.Each(report.Rows, read)
	response.Diagnostics.Append(response.State.Set(ctx, config)...)
}

func (d *DataSource) asked(ctx context.Context, config model, diagnostics *diag.Diagnostics) client.ApiGetUsageRequest {
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
	if !config.Outcome.IsNull() {
		call = call.Outcome(client.CallOutcome(config.Outcome.ValueString()))
	}
	return call
}

func read(row *client.UsageRow) rowModel {
	return rowModel{
		StartsAt:                 object.Time(row.StartsAt.Get()),
		ModelID:                  types.StringPointerValue(row.ModelId.Get()),
		Model:                    types.StringPointerValue(row.Model.Get()),
		ProviderID:               types.StringPointerValue(row.ProviderId.Get()),
		Provider:                 types.StringPointerValue(row.Provider.Get()),
		TokenID:                  types.StringPointerValue(row.TokenId.Get()),
		Token:                    types.StringPointerValue(row.Token.Get()),
		UserID:                   types.StringPointerValue(row.UserId.Get()),
		User:                     types.StringPointerValue(row.User.Get()),
		Operation:                types.StringPointerValue((*string)(row.Operation.Get())),
		Outcome:                  types.StringPointerValue((*string)(row.Outcome.Get())),
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

// attributes describes a row as the server answers it.
func attributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"starts_at":             schema.StringAttribute{Computed: true, MarkdownDescription: "When the group's hour or day begins, in UTC."},
		"model_id":              schema.StringAttribute{Computed: true, MarkdownDescription: "The id of the model."},
		"model":                 schema.StringAttribute{Computed: true, MarkdownDescription: "The model's name."},
		"provider_id":           schema.StringAttribute{Computed: true, MarkdownDescription: "The id of the LLM provider."},
		"provider":              schema.StringAttribute{Computed: true, MarkdownDescription: "The LLM provider's name."},
		"token_id":              schema.StringAttribute{Computed: true, MarkdownDescription: "The id of the API token."},
		"token":                 schema.StringAttribute{Computed: true, MarkdownDescription: "The API token's description."},
		"user_id":               schema.StringAttribute{Computed: true, MarkdownDescription: "The id of the user whose API token it was."},
		"user":                  schema.StringAttribute{Computed: true, MarkdownDescription: "The user's name."},
		"operation":             schema.StringAttribute{Computed: true, MarkdownDescription: "The operation, such as `create_response`."},
		"outcome":               schema.StringAttribute{Computed: true, MarkdownDescription: "How the calls ended."},
		"calls":                 schema.Int64Attribute{Computed: true, MarkdownDescription: "How many calls there were."},
		"errors":                schema.Int64Attribute{Computed: true, MarkdownDescription: "How many of them ended otherwise than `completed` or `client_cancelled`."},
		"input_tokens":          schema.Int64Attribute{Computed: true, MarkdownDescription: "Tokens of requests that no cache was involved in."},
		"cached_input_tokens":   schema.Int64Attribute{Computed: true, MarkdownDescription: "Tokens of requests that were read from providers' caches."},
		"cache_write_tokens":    schema.Int64Attribute{Computed: true, MarkdownDescription: "Tokens of requests that were written to providers' caches."},
		"cache_write_5m_tokens": schema.Int64Attribute{Computed: true, MarkdownDescription: "Those of `cache_write_tokens` that were written for 5 minutes."},
		"cache_write_1h_tokens": schema.Int64Attribute{Computed: true, MarkdownDescription: "Those of `cache_write_tokens` that were written for one hour."},
		"output_tokens":         schema.Int64Attribute{Computed: true, MarkdownDescription: "Tokens of answers, those of reasoning included."},
		"reasoning_tokens":      schema.Int64Attribute{Computed: true, MarkdownDescription: "Tokens of answers that were spent on reasoning."},
		"web_search_requests":   schema.Int64Attribute{Computed: true, MarkdownDescription: "Web searches by providers' own tools."},
		"web_fetch_requests":    schema.Int64Attribute{Computed: true, MarkdownDescription: "Web pages fetched by providers' own tools."},
		"unknown_usage_calls":   schema.Int64Attribute{Computed: true, MarkdownDescription: "Calls whose usage the server could not read from the provider's response."},
		"average_duration_ms":   schema.Float64Attribute{Computed: true, MarkdownDescription: "Milliseconds from a call's arrival to its end, on average."},
		"average_time_to_first_byte_ms": schema.Float64Attribute{
			Computed: true, MarkdownDescription: "Milliseconds from a call's arrival to the first byte of the provider's body, on average.",
		},
	}
}
