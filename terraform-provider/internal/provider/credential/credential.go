// Package credential tells whether a credential is to be written, which the server never answers: by what is in the state,
// by the server's fingerprint, and for one that may not be in the state by a salted hash in the resource's private state.
package credential

import (
	"context"
	"encoding/json"
	"maps"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// key is where the record is in the private state.
const key = "credential"

// Private is the private state of a resource.
type Private interface {
	GetKey(ctx context.Context, key string) ([]byte, diag.Diagnostics)
	SetKey(ctx context.Context, key string, value []byte) diag.Diagnostics
}

// Forms are the two forms of a credential: the plain one, which the state holds, and the write-only one, which only the
// configuration does. At most one of them is set.
type Forms struct {
	// Plain and PlainBefore are the plain form in the plan and in the state.
	Plain, PlainBefore attr.Value
	// WriteOnly is the write-only form in the configuration.
	WriteOnly attr.Value
	// Version and VersionBefore are the write-only form's version in the plan and in the state.
	Version, VersionBefore types.Int64
}

// Either gives the plain form of a credential, or the write-only one where that is null.
func Either[V attr.Value](plain, writeOnly V) V {
	if plain.IsNull() {
		return writeOnly
	}
	return plain
}

// record is what is known of the credential that was written last, in its write-only form.
type record struct {
	// Fingerprint is the server's, after the write.
	Fingerprint string `json:"fingerprint"`
	// Seen is the last one that the user was warned of.
	Seen string `json:"seen,omitempty"`
	// Hash is of the credential; none where a version tells of changes.
	Hash *hash `json:"hash,omitempty"`
}

// Changed tells whether the credential is to be written. The fingerprint is the one in the state, as the last refresh has
// found it. What is not known yet is taken to be another.
func Changed(ctx context.Context, private Private, forms Forms, fingerprint types.String, diagnostics *diag.Diagnostics) bool {
	if forms.WriteOnly.IsNull() {
		return !forms.Plain.Equal(forms.PlainBefore)
	}
	written := recorded(ctx, private, diagnostics)
	switch {
	case written == nil || written.Fingerprint != fingerprint.ValueString():
		return true
	case !forms.Version.IsNull() || !forms.VersionBefore.IsNull():
		return !forms.Version.Equal(forms.VersionBefore)
	default:
		text, known := textOf(ctx, forms.WriteOnly)
		return !known || written.Hash == nil || !written.Hash.is(text)
	}
}

// Written records that the credential was written, or was left as it is where written is false.
func Written(ctx context.Context, private Private, forms Forms, written bool, fingerprint string, diagnostics *diag.Diagnostics) {
	switch {
	case !forms.Plain.IsNull():
		Forget(ctx, private, diagnostics)
	case forms.WriteOnly.IsNull():
		// What the user has told terraform to ignore stays recorded as it was, and is put back once it is ignored no more.
	case written:
		now := record{Fingerprint: fingerprint}
		if text, known := textOf(ctx, forms.WriteOnly); known && forms.Version.IsNull() {
			now.Hash = hashOf(text)
		}
		keep(ctx, private, now, diagnostics)
	}
}

// Forget drops the record of a credential that is no more.
func Forget(ctx context.Context, private Private, diagnostics *diag.Diagnostics) {
	diagnostics.Append(private.SetKey(ctx, key, nil)...)
}

// Refreshed tells whether a refresh has found another fingerprint than the one that goes with the credential, and warns of
// it once. The state has the plain form as it was written last, or null.
func Refreshed(
	ctx context.Context, private Private, kind string, plain attr.Value, before types.String, found string, diagnostics *diag.Diagnostics,
) bool {
	changed := false
	if !plain.IsNull() {
		changed = before.ValueString() != found
	} else if written := recorded(ctx, private, diagnostics); written != nil && written.Fingerprint != found && written.Seen != found {
		changed = true
		written.Seen = found
		keep(ctx, private, *written, diagnostics)
	}
	if changed {
		diagnostics.AddWarning("A credential was changed elsewhere",
			"The server has another credential of the "+kind+" than was written last. The next apply puts the configured one back; "+
				"to leave it as it is, add its attribute to ignore_changes in the resource's lifecycle.")
	}
	return changed
}

func recorded(ctx context.Context, private Private, diagnostics *diag.Diagnostics) *record {
	text, found := private.GetKey(ctx, key)
	diagnostics.Append(found...)
	var written record
	if len(text) == 0 || json.Unmarshal(text, &written) != nil {
		return nil
	}
	return &written
}

func keep(ctx context.Context, private Private, written record, diagnostics *diag.Diagnostics) {
	text, err := json.Marshal(written)
	if err != nil {
		diagnostics.AddError("The provider is broken", "It cannot keep its private state ("+err.Error()+"); please report this.")
		return
	}
	diagnostics.Append(private.SetKey(ctx, key, text)...)
}

// textOf gives the text that stands for a credential, the same for the same one; false where it is not wholly known.
func textOf(ctx context.Context, value attr.Value) ([]byte, bool) {
	terraform, err := value.ToTerraformValue(ctx)
	if err != nil || !terraform.IsFullyKnown() {
		return nil, false
	}
	if single, ok := value.(types.String); ok {
		return []byte(single.ValueString()), true
	}
	several, ok := value.(types.Map)
	if !ok {
		return nil, false
	}
	// A header that is null is left out.
	texts := map[string]*string{}
	if several.ElementsAs(ctx, &texts, false).HasError() {
		return nil, false
	}
	maps.DeleteFunc(texts, func(_ string, text *string) bool { return text == nil })
	// Go writes the keys of a map in their order.
	text, err := json.Marshal(texts)
	return text, err == nil
}
