package secret

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

var (
	null    = types.StringNull()
	unknown = types.StringUnknown()
	set     = types.StringValue("set")
)

// inputs are value, value_wo, provider_id, remote_path and remote_key.
type inputs [5]types.String

func check(given inputs) diag.Diagnostics {
	config := resourceModel{
		model: model{ProviderID: given[2], RemotePath: given[3], RemoteKey: given[4]},
		Value: given[0], ValueWO: given[1],
	}
	var diagnostics diag.Diagnostics
	checkStorage(config, &diagnostics)
	return diagnostics
}

func TestOneStorageIsAccepted(t *testing.T) {
	for name, given := range map[string]inputs{
		"a value":                         {set, null, null, null, null},
		"a write-only value":              {null, set, null, null, null},
		"a reference":                     {null, null, set, set, set},
		"a new secret provider":           {null, null, unknown, set, set},
		"an unknown reference":            {null, null, unknown, unknown, unknown},
		"an unknown value":                {unknown, null, null, null, null},
		"a value or a reference":          {unknown, unknown, unknown, unknown, unknown},
		"a reference, or an unused value": {unknown, null, set, set, set},
		"a value, or an unused reference": {set, null, unknown, unknown, unknown},
	} {
		if diagnostics := check(given); diagnostics.HasError() {
			t.Errorf("%s: %v", name, diagnostics)
		}
	}
}

func TestOtherStoragesAreRejectedOnce(t *testing.T) {
	for name, given := range map[string]inputs{
		"nothing":                          {null, null, null, null, null},
		"two values":                       {set, set, null, null, null},
		"a value and a reference":          {set, null, set, set, set},
		"a write-only value and a path":    {null, set, null, set, null},
		"a reference without a key":        {null, null, set, set, null},
		"an unknown provider and a path":   {null, null, unknown, set, null},
		"only an unknown provider":         {null, null, unknown, null, null},
		"an unknown value and half of one": {unknown, null, set, set, null},
	} {
		if diagnostics := check(given); diagnostics.ErrorsCount() != 1 {
			t.Errorf("%s: %v", name, diagnostics)
		}
	}
}
