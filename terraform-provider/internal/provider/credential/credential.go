// Package credential decides whether a resource must send a credential, which the server never returns. It compares the plain
// form with the state, the write-only form with a salted hash in the private state, and the server's fingerprint with both.
package credential

import (
	"context"
	"encoding/json"
	"maps"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// key is the key of the record in the private state.
const key = "credential"

// Private is the private state of a resource.
type Private interface {
	GetKey(ctx context.Context, key string) ([]byte, diag.Diagnostics)
	SetKey(ctx context.Context, key string, value []byte) diag.Diagnostics
}

// Forms are the two forms of a credential: the plain one, which is in the state, and the write-only one, which is in the
// configuration only. At most one of them is set.
type Forms struct {
	// Plain and PriorPlain are the plain form in the plan and in the state.
	Plain, PriorPlain attr.Value
	// WriteOnly is the write-only form in the configuration.
	WriteOnly attr.Value
	// Version and PriorVersion are the version of the write-only form in the plan and in the state.
	Version, PriorVersion types.Int64
}

// Coalesce returns the plain form, or the write-only form if the plain one is null.
func Coalesce[V attr.Value](plain, writeOnly V) V {
	if plain.IsNull() {
		return writeOnly
	}
	return plain
}

// record describes the last write of a write-only form.
type record struct {
	// Fingerprint is the server's fingerprint after the write.
	Fingerprint string `json:"fingerprint"`
	// Seen is the last foreign fingerprint that the user was warned about.
	Seen string `json:"seen,omitempty"`
	// Hash is the hash of the credential; nil if a version shows changes.
	Hash *hash `json:"hash,omitempty"`
}

// Changed reports whether the credential must be sent. The fingerprint is the state's, from the last refresh. An
// unknown credential counts as changed.
func Changed(ctx context.Context, private Private, forms Forms, fingerprint types.String, diagnostics *diag.Diagnostics) bool {
	if forms.WriteOnly.IsNull() {
		return !forms.Plain.Equal(forms.PriorPlain)
	}
	last := load(ctx, private, diagnostics)
	switch {
	case last == nil || last.Fingerprint != fingerprint.ValueString():
		return true
	case !forms.Version.IsNull() || !forms.PriorVersion.IsNull():
		return !forms.Version.Equal(forms.PriorVersion)
	default:
		text, known := textOf(ctx, forms.WriteOnly)
		return !known || last.Hash == nil || !last.Hash.matches(text)
	}
}

// RecordWrite updates the record after a create or an update. sent reports whether the request contained the credential.
func RecordWrite(ctx context.Context, private Private, forms Forms, sent bool, fingerprint string, diagnostics *diag.Diagnostics) {
	switch {
	case !forms.Plain.IsNull():
		Forget(ctx, private, diagnostics)
	case forms.WriteOnly.IsNull():
		// With ignore_changes, the record stays, so that the credential is restored when ignore_changes is removed.
	case sent:
		now := record{Fingerprint: fingerprint}
		if text, known := textOf(ctx, forms.WriteOnly); known && forms.Version.IsNull() {
			now.Hash = newHash(text)
		}
		store(ctx, private, now, diagnostics)
	}
}

// Forget deletes the record of a removed credential.
func Forget(ctx context.Context, private Private, diagnostics *diag.Diagnostics) {
	diagnostics.Append(private.SetKey(ctx, key, nil)...)
}

// ChangedElsewhere reports whether a refresh found a fingerprint that does not belong to the last write, and warns about each
// such fingerprint once. plain is the plain form in the state.
func ChangedElsewhere(
	ctx context.Context, private Private, kind string, plain attr.Value, prior types.String, found string, diagnostics *diag.Diagnostics,
) bool {
	changed := false
	if !plain.IsNull() {
		changed = prior.ValueString() != found
	} else if last := load(ctx, private, diagnostics); last != nil && last.Fingerprint != found && last.Seen != found {
		changed = true
		last.Seen = found
		store(ctx, private, *last, diagnostics)
	}
	if changed {
		diagnostics.AddWarning("A credential was changed outside of Terraform",
			"The server has another credential of the "+kind+" than Terraform wrote last. The next apply restores the configured one. "+
				"To keep the server's, add the attribute to ignore_changes in the resource's lifecycle.")
	}
	return changed
}

func load(ctx context.Context, private Private, diagnostics *diag.Diagnostics) *record {
	text, found := private.GetKey(ctx, key)
	diagnostics.Append(found...)
	var last record
	if len(text) == 0 || json.Unmarshal(text, &last) != nil {
		return nil
	}
	return &last
}

func store(ctx context.Context, private Private, last record, diagnostics *diag.Diagnostics) {
	text, err := json.Marshal(last)
	if err != nil {
		diagnostics.AddError("Bug in the provider", "It cannot write its private state ("+err.Error()+"). Please report this.")
		return
	}
	diagnostics.Append(private.SetKey(ctx, key, text)...)
}

// textOf returns a canonical text of a credential to hash, or false if the credential is not fully known.
func textOf(ctx context.Context, value attr.Value) ([]byte, bool) {
	terraform, err := value.ToTerraformValue(ctx)
	if err != nil || !terraform.IsFullyKnown() {
		return nil, false
	}
	if token, ok := value.(types.String); ok {
		return []byte(token.ValueString()), true
	}
	headers, ok := value.(types.Map)
	if !ok {
		return nil, false
	}
	values := map[string]*string{}
	if headers.ElementsAs(ctx, &values, false).HasError() {
		return nil, false
	}
	// Headers that are null are not sent.
	maps.DeleteFunc(values, func(_ string, value *string) bool { return value == nil })
	// Go marshals the keys of a map in sorted order.
	text, err := json.Marshal(values)
	return text, err == nil
}
