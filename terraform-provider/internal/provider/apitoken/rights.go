package apitoken

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/agynio/agyn/terraform-provider/internal/client"
	"github.com/agynio/agyn/terraform-provider/internal/provider/object"
)

const (
	scopesText = "The default of a new token is `call_models`. No scope includes another."
	modelsText = "The ids of the only models that the token can call. Without it, the token can call every model that its user can call."
)

func scopeRules() []validator.Set {
	return []validator.Set{setvalidator.SizeAtLeast(1), setvalidator.ValueStringsAre(object.OneOf(client.AllowedTokenScopeEnumValues))}
}

func modelRules() []validator.Set {
	return []validator.Set{setvalidator.SizeAtMost(100), setvalidator.ValueStringsAre(object.UUID())}
}

// textsOf returns the elements of a set, nil unless it is set.
func textsOf(ctx context.Context, set types.Set, diagnostics *diag.Diagnostics) []string {
	if !object.IsSet(set) {
		return nil
	}
	texts := []string{}
	diagnostics.Append(set.ElementsAs(ctx, &texts, false)...)
	return texts
}

func scopesOf(ctx context.Context, set types.Set, diagnostics *diag.Diagnostics) []client.TokenScope {
	var scopes []client.TokenScope
	for _, text := range textsOf(ctx, set, diagnostics) {
		scopes = append(scopes, client.TokenScope(text))
	}
	return scopes
}

// setOf returns values of the server as a set, null for nil.
func setOf[T ~string](values []T) types.Set {
	if values == nil {
		return types.SetNull(types.StringType)
	}
	elements := make([]attr.Value, 0, len(values))
	for _, value := range values {
		elements = append(elements, types.StringValue(string(value)))
	}
	return types.SetValueMust(types.StringType, elements)
}
