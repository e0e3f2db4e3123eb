package llmmodel

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/action/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/agynio/agyn/terraform-provider/internal/api"
	"github.com/agynio/agyn/terraform-provider/internal/client"
	"github.com/agynio/agyn/terraform-provider/internal/provider/object"
)

// TestAction is action agyn_test_llm_model.
type TestAction struct {
	object.Action
}

type testModel struct {
	OrganizationID types.String `tfsdk:"organization_id"`
	ModelID        types.String `tfsdk:"model_id"`
}

var _ action.ActionWithConfigure = (*TestAction)(nil)

// NewTestAction creates the action.
func NewTestAction() action.Action {
	return &TestAction{}
}

// Metadata names the action.
func (a *TestAction) Metadata(_ context.Context, request action.MetadataRequest, response *action.MetadataResponse) {
	response.TypeName = request.ProviderTypeName + "_test_llm_model"
}

// Schema describes the action.
func (a *TestAction) Schema(_ context.Context, _ action.SchemaRequest, response *action.SchemaResponse) {
	response.Schema = schema.Schema{
		MarkdownDescription: "Tests a model: the server sends `Hello, world` to it through the LLM Proxy, like an agent, and the call counts as usage. " +
			"The action fails with the LLM provider's error if the model does not respond. It requires Terraform 1.14.",
		Attributes: map[string]schema.Attribute{
			"organization_id": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "The id of the organization. The default is the `organization_id` of the provider block.",
				Validators:          []validator.String{object.UUID()},
			},
			"model_id": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: "The id of the model.",
				Validators:          []validator.String{object.UUID()},
			},
		},
	}
}

// Invoke tests the model.
func (a *TestAction) Invoke(ctx context.Context, request action.InvokeRequest, response *action.InvokeResponse) {
	var config testModel
	if !a.Ready(request.Config.Get(ctx, &config), &response.Diagnostics) {
		return
	}
	organization := a.Organization(config.OrganizationID, &response.Diagnostics)
	if response.Diagnostics.HasError() {
		return
	}
	ctx, done := context.WithTimeout(ctx, api.DefaultTimeout)
	defer done()
	tested, _, err := a.Client.ModelTestsAPI.TestModel(ctx, organization.ValueString(), config.ModelID.ValueString()).Execute()
	switch {
	case err != nil:
		response.Diagnostics.Append(api.Diagnose("The model cannot be tested", err)...)
	case tested.Succeeded:
		response.SendProgress(action.InvokeProgressEvent{
			Message: fmt.Sprintf("The model responded in %.0f ms: %s", tested.DurationMs, tested.GetText()),
		})
	default:
		response.Diagnostics.AddAttributeError(path.Root("model_id"), "The model does not respond", failure(tested))
	}
}

// failure explains a failed test, with the LLM provider's response as it was sent.
func failure(tested *client.ModelTest) string {
	parts := []string{tested.GetExplanation()}
	if status := tested.Status.Get(); status != nil {
		parts = append(parts, fmt.Sprintf("The LLM provider responded with status %d: %s", *status, tested.GetBody()))
	}
	return strings.Join(append(parts, "Request id: "+tested.RequestId), "\n\n")
}
