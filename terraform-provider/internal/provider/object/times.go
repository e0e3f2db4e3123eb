package object

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// Time gives a time of the server's as the API writes it; null where there is none.
func Time(at *time.Time) types.String {
	return types.StringPointerValue(written(at))
}

// RFC3339 gives a time of the server's for an attribute that the configuration may set; null where there is none.
func RFC3339(at *time.Time) timetypes.RFC3339 {
	return timetypes.NewRFC3339PointerValueMust(written(at))
}

func written(at *time.Time) *string {
	if at == nil {
		return nil
	}
	text := at.UTC().Format(time.RFC3339Nano)
	return &text
}

// Instant gives what a time of the configuration or the state means, in the server's precision of microseconds; nil where
// it is null or unknown.
func Instant(value timetypes.RFC3339) *time.Time {
	at, err := time.Parse(time.RFC3339, value.ValueString())
	if err != nil {
		return nil
	}
	at = at.Truncate(time.Microsecond)
	return &at
}

// SameInstant tells whether two times mean the same, however they are written.
func SameInstant(one, other *time.Time) bool {
	return one != nil && other != nil && one.Equal(*other)
}

// keepInstant keeps a time as it is in the state while the configuration means the same, in another time zone for instance.
type keepInstant struct{}

// KeepSameInstant plans a time as it is in the state where the configuration writes the same time in another way.
func KeepSameInstant() planmodifier.String {
	return keepInstant{}
}

// Description says what the modifier does.
func (keepInstant) Description(context.Context) string {
	return "Keeps the time while another one is not meant."
}

// MarkdownDescription says what the modifier does.
func (k keepInstant) MarkdownDescription(ctx context.Context) string {
	return k.Description(ctx)
}

// PlanModifyString implements planmodifier.String.
func (keepInstant) PlanModifyString(_ context.Context, request planmodifier.StringRequest, response *planmodifier.StringResponse) {
	if SameInstant(Instant(timetypes.RFC3339{StringValue: request.PlanValue}), Instant(timetypes.RFC3339{StringValue: request.StateValue})) {
		response.PlanValue = request.StateValue
	}
}
