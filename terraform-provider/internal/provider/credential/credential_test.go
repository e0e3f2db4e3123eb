package credential

import (
	"bytes"
	"context"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// private is an in-memory private state.
type private map[string][]byte

func (p private) GetKey(_ context.Context, key string) ([]byte, diag.Diagnostics) {
	return p[key], nil
}

func (p private) SetKey(_ context.Context, key string, value []byte) diag.Diagnostics {
	if len(value) == 0 {
		delete(p, key)
	} else {
		p[key] = value
	}
	return nil
}

var (
	none    = types.StringNull()
	noInt   = types.Int64Null()
	unknown = types.StringUnknown()
)

func text(value string) types.String { return types.StringValue(value) }

func number(value int64) types.Int64 { return types.Int64Value(value) }

func headers(value string) types.Map {
	return types.MapValueMust(types.StringType, map[string]attr.Value{"X-A": text(value), "X-B": text("b")})
}

func TestCredentialIsSentWhenChanged(t *testing.T) {
	plain := func(before, after attr.Value) Forms {
		return Forms{Plain: after, PriorPlain: before, WriteOnly: none, Version: noInt, PriorVersion: noInt}
	}
	writeOnly := func(value attr.Value, before, after types.Int64) Forms {
		return Forms{Plain: none, PriorPlain: none, WriteOnly: value, Version: after, PriorVersion: before}
	}
	for name, test := range map[string]struct {
		written *Forms
		forms   Forms
		found   string
		changed bool
	}{
		"the same plain one":                    {nil, plain(text("a"), text("a")), "f", false},
		"another plain one":                     {nil, plain(text("a"), text("b")), "f", true},
		"an unknown plain one":                  {nil, plain(text("a"), unknown), "f", true},
		"a plain one, changed elsewhere":        {nil, plain(none, text("a")), "f", true},
		"an ignored plain one":                  {nil, plain(none, none), "f", false},
		"the same write-only one":               {ptr(writeOnly(text("a"), noInt, noInt)), writeOnly(text("a"), noInt, noInt), "f", false},
		"another write-only one":                {ptr(writeOnly(text("a"), noInt, noInt)), writeOnly(text("b"), noInt, noInt), "f", true},
		"an unknown write-only one":             {ptr(writeOnly(text("a"), noInt, noInt)), writeOnly(unknown, noInt, noInt), "f", true},
		"a write-only one, changed elsewhere":   {ptr(writeOnly(text("a"), noInt, noInt)), writeOnly(text("a"), noInt, noInt), "other", true},
		"an ignored write-only one":             {ptr(writeOnly(text("a"), noInt, noInt)), writeOnly(none, noInt, noInt), "other", false},
		"a write-only one after an import":      {nil, writeOnly(text("a"), noInt, noInt), "f", true},
		"another one with the same version":     {ptr(writeOnly(text("a"), noInt, number(1))), writeOnly(text("b"), number(1), number(1)), "f", false},
		"one with another version":              {ptr(writeOnly(text("a"), noInt, number(1))), writeOnly(text("a"), number(1), number(2)), "f", true},
		"one with an unknown version":           {ptr(writeOnly(text("a"), noInt, number(1))), writeOnly(text("a"), number(1), types.Int64Unknown()), "f", true},
		"one that loses its version":            {ptr(writeOnly(text("a"), noInt, number(1))), writeOnly(text("a"), number(1), noInt), "f", true},
		"one that gains a version":              {ptr(writeOnly(text("a"), noInt, noInt)), writeOnly(text("a"), noInt, number(1)), "f", true},
		"one with a version, changed elsewhere": {ptr(writeOnly(text("a"), noInt, number(1))), writeOnly(text("a"), number(1), number(1)), "other", true},
		"the same headers":                      {ptr(writeOnly(headers("a"), noInt, noInt)), writeOnly(headers("a"), noInt, noInt), "f", false},
		"the same headers and a null header":    {ptr(writeOnly(headers("a"), noInt, noInt)), writeOnly(withNull(headers("a")), noInt, noInt), "f", false},
		"other headers":                         {ptr(writeOnly(headers("a"), noInt, noInt)), writeOnly(headers("c"), noInt, noInt), "f", true},
	} {
		t.Run(name, func(t *testing.T) {
			var problems diag.Diagnostics
			kept := private{}
			if test.written != nil {
				RecordWrite(t.Context(), kept, *test.written, true, "f", &problems)
			}
			if Changed(t.Context(), kept, test.forms, text(test.found), &problems) != test.changed || problems.HasError() {
				t.Errorf("changed: %t; %v", !test.changed, problems)
			}
		})
	}
}

func TestPrivateStateHashesCredentialsWithSalt(t *testing.T) {
	first, second := private{}, private{}
	for _, kept := range []private{first, second} {
		var problems diag.Diagnostics
		RecordWrite(t.Context(), kept, Forms{Plain: none, WriteOnly: text("sk-marked"), Version: noInt}, true, "f", &problems)
		if bytes.Contains(kept[key], []byte("sk-marked")) {
			t.Errorf("%s shows the credential", kept[key])
		}
	}
	if bytes.Equal(first[key], second[key]) {
		t.Error("the hash has no salt")
	}
}

func TestVersionNeedsNoHash(t *testing.T) {
	var problems diag.Diagnostics
	kept := private{}
	RecordWrite(t.Context(), kept, Forms{Plain: none, WriteOnly: text("sk"), Version: number(1)}, true, "f", &problems)
	if bytes.Contains(kept[key], []byte("sum")) {
		t.Errorf("unexpected hash: %s", kept[key])
	}
}

func TestPlainCredentialDeletesTheHash(t *testing.T) {
	var problems diag.Diagnostics
	kept := private{}
	RecordWrite(t.Context(), kept, Forms{Plain: none, WriteOnly: text("sk"), Version: noInt}, true, "f", &problems)
	RecordWrite(t.Context(), kept, Forms{Plain: text("sk"), WriteOnly: none, Version: noInt}, true, "f", &problems)
	if len(kept) != 0 {
		t.Errorf("the private state contains %v", kept)
	}
}

func TestForeignChangeIsReportedOnce(t *testing.T) {
	kept := private{}
	var problems diag.Diagnostics
	RecordWrite(t.Context(), kept, Forms{Plain: none, WriteOnly: text("sk"), Version: noInt}, true, "f", &problems)
	for found, count := range map[string]int{"f": 0, "other": 1} {
		var warnings diag.Diagnostics
		ChangedElsewhere(t.Context(), kept, "secret", none, text("f"), found, &warnings)
		ChangedElsewhere(t.Context(), kept, "secret", none, text("f"), found, &warnings)
		if warnings.WarningsCount() != count {
			t.Errorf("%s: %v", found, warnings)
		}
	}
}

func ptr(forms Forms) *Forms { return &forms }

// withNull adds a null header.
func withNull(headers types.Map) types.Map {
	elements := headers.Elements()
	elements["X-Null"] = types.StringNull()
	return types.MapValueMust(types.StringType, elements)
}
