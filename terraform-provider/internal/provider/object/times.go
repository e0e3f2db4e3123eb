package object

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// Time returns a time of the server in the format of the API; null for nil.
func Time(at *time.Time) types.String {
	return types.StringPointerValue(format(at))
}

// RFC3339 returns a time of the server for an attribute that a configuration can set; null for nil.
func RFC3339(at *time.Time) timetypes.RFC3339 {
	return timetypes.NewRFC3339PointerValueMust(format(at))
}

func format(at *time.Time) *string {
	if at == nil {
		return nil
	}
	text := at.UTC().Format(time.RFC3339Nano)
	return &text
}

// Instant returns the instant of a configured time in microseconds, the precision of the server; nil for null and unknown.
func Instant(value timetypes.RFC3339) *time.Time {
	at, err := time.Parse(time.RFC3339, value.ValueString())
	if err != nil {
		return nil
	}
	at = at.Truncate(time.Microsecond)
	return &at
}

// SameInstant reports whether two times are the same instant, also in different time zones.
func SameInstant(one, other *time.Time) bool {
	return one != nil && other != nil && one.Equal(*other)
}

// useStateForSameInstant plans the prior spelling of a time. The semantic equality of timetypes.RFC3339 is not enough: it
// tells time zones apart and does not apply to plans.
type useStateForSameInstant struct{}

// UseStateForSameInstant plans the prior value of a time if the configuration sets the same instant, for instance in another
// time zone.
func UseStateForSameInstant() planmodifier.String {
	return useStateForSameInstant{}
}

// Description implements planmodifier.Describer.
func (useStateForSameInstant) Description(context.Context) string {
	return "Keeps the value until the instant changes."
}

// MarkdownDescription implements planmodifier.Describer.
func (u useStateForSameInstant) MarkdownDescription(ctx context.Context) string {
	return u.Description(ctx)
}

// PlanModifyString implements planmodifier.String.
func (useStateForSameInstant) PlanModifyString(_ context.Context, request planmodifier.StringRequest, response *planmodifier.StringResponse) {
	planned, prior := timetypes.RFC3339{StringValue: request.PlanValue}, timetypes.RFC3339{StringValue: request.StateValue}
	if SameInstant(Instant(planned), Instant(prior)) {
		response.PlanValue = request.StateValue
	}
}
