package object

import (
	"net/http"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/diag"
)

func TestOnlyNoContentMeansDeleted(t *testing.T) {
	for status, deleted := range map[int]bool{http.StatusNoContent: true, http.StatusOK: false, http.StatusAccepted: false} {
		var diagnostics diag.Diagnostics
		(&Resource{}).CheckDeleted(t.Context(), Ref{Kind: "secret"}, &http.Response{StatusCode: status, Status: http.StatusText(status)}, nil, &diagnostics)
		if diagnostics.HasError() == deleted {
			t.Errorf("%d: %v", status, diagnostics)
		}
	}
}
