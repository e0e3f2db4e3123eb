package llmprovider

import (
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"golang.org/x/net/http/httpguts"
)

// Accepted headers can be sent unchanged, and no error shows a value.
func FuzzCustomHeaders(f *testing.F) {
	for _, seed := range [][4]string{
		{"X-Key", "sk", "x-key", "sk"}, {"Host", "a", "X-Other", "b"}, {"X A", "a", "", ""}, {"X-Key", "a\r\nX-Evil: 1", "Y", "\x00"},
		{"X-Key", " a", "Y", "a "}, {"X-Key", "a\tb", "Content-length", "1"}, {"Key\u212a", "é", "KEYk", "b"},
	} {
		f.Add(seed[0], seed[1], seed[2], seed[3])
	}
	f.Fuzz(func(t *testing.T, name, value, otherName, otherValue string) {
		value, otherValue = "sk-marked-"+value, otherValue+"-sk-marked-"
		given := types.MapValueMust(types.StringType, map[string]attr.Value{
			name: types.StringValue(value), otherName: types.StringValue(otherValue), "X-Null": types.StringNull(),
		})
		var rejected diag.Diagnostics
		checkHeaders("custom_headers", given, &rejected)
		for _, diagnostic := range rejected {
			if strings.Contains(diagnostic.Summary()+diagnostic.Detail(), "sk-marked-") && !strings.Contains(name+otherName, "sk-marked-") {
				t.Errorf("the error shows a value: %s", diagnostic.Detail())
			}
		}
		if rejected.HasError() {
			return
		}
		var diagnostics diag.Diagnostics
		folded := map[string]bool{}
		for sentName, sentValue := range *headers(t.Context(), given, &diagnostics) {
			lower := strings.ToLower(sentName)
			if !httpguts.ValidHeaderFieldName(sentName) || !httpguts.ValidHeaderFieldValue(sentValue) || slices.Contains(managedByProxy, lower) || folded[lower] {
				t.Errorf("%q: %q is accepted", sentName, sentValue)
			}
			if strings.TrimSpace(sentValue) != sentValue {
				t.Errorf("%q: %q would be trimmed", sentName, sentValue)
			}
			folded[lower] = true
		}
	})
}
