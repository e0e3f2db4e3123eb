package object

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

func TestSameInstantInAnotherTimeZoneIsNoChange(t *testing.T) {
	const state = "2037-07-01T12:00:00Z"
	for planned, kept := range map[string]bool{
		"2037-07-01T14:00:00+02:00":       true,
		"2037-07-01T12:00:00.0000001Z":    true,
		"2037-07-01T12:00:00.000001Z":     false,
		"2037-07-01T12:00:00-02:00":       false,
		"2037-07-01T12:00:00.000+00:00":   true,
		"2037-07-01t12:00:00z not a time": false,
	} {
		response := planmodifier.StringResponse{PlanValue: types.StringValue(planned)}
		UseStateForSameInstant().PlanModifyString(t.Context(),
			planmodifier.StringRequest{PlanValue: response.PlanValue, StateValue: types.StringValue(state)}, &response)
		if (response.PlanValue.ValueString() == state) != kept {
			t.Errorf("%s is planned as %s", planned, response.PlanValue)
		}
	}
	for _, unset := range []types.String{types.StringNull(), types.StringUnknown()} {
		response := planmodifier.StringResponse{PlanValue: unset}
		UseStateForSameInstant().PlanModifyString(t.Context(), planmodifier.StringRequest{PlanValue: unset, StateValue: types.StringValue(state)}, &response)
		if !response.PlanValue.Equal(unset) {
			t.Errorf("%s is planned as %s", unset, response.PlanValue)
		}
	}
}
