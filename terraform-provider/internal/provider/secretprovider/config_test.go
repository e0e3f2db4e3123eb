package secretprovider

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

var (
	unknown = types.StringUnknown()
	set     = types.StringValue("set")
)

func check(config vaultConfig) diag.Diagnostics {
	var diagnostics diag.Diagnostics
	config.check(&diagnostics)
	return diagnostics
}

func TestOneAuthMethodIsAccepted(t *testing.T) {
	for name, config := range map[string]vaultConfig{
		"a token":                     {Token: set},
		"a write-only token":          {TokenWO: set},
		"AppRole":                     {RoleID: set, SecretID: set},
		"AppRole with all":            {RoleID: set, SecretIDWO: set, AppRoleMount: set},
		"an unknown token":            {Token: unknown},
		"an unknown role":             {RoleID: unknown, SecretID: unknown},
		"either":                      {Token: unknown, RoleID: unknown, SecretID: unknown},
		"AppRole or an unused token":  {Token: unknown, RoleID: set, SecretID: set},
		"a token or an unused role":   {Token: set, RoleID: unknown, SecretID: unknown},
		"a token or an unused mount":  {Token: set, AppRoleMount: unknown},
		"one of two unknown tokens":   {Token: unknown, TokenWO: set},
		"a role or an unknown secret": {RoleID: set, SecretID: unknown},
	} {
		if diagnostics := check(config); diagnostics.HasError() {
			t.Errorf("%s: %v", name, diagnostics)
		}
	}
}

func TestOtherAuthMethodsAreRejectedOnce(t *testing.T) {
	for name, config := range map[string]vaultConfig{
		"nothing":                       {},
		"two tokens":                    {Token: set, TokenWO: set},
		"two secret ids":                {RoleID: set, SecretID: set, SecretIDWO: set},
		"a token and AppRole":           {Token: set, RoleID: set, SecretID: set},
		"a token and a mount":           {TokenWO: set, AppRoleMount: set},
		"a role without a secret id":    {RoleID: set},
		"a secret id without a role":    {SecretIDWO: set},
		"only a mount":                  {AppRoleMount: set},
		"an unknown role without id":    {RoleID: unknown},
		"an unknown secret id, no role": {SecretID: unknown},
	} {
		if diagnostics := check(config); diagnostics.ErrorsCount() != 1 {
			t.Errorf("%s: %v", name, diagnostics)
		}
	}
}

func TestConfigKeepsItsCredentialsAndTypes(t *testing.T) {
	var diagnostics diag.Diagnostics
	config := vaultConfig{Address: set, Token: set, TokenWOVersion: types.Int64Value(2)}
	if again := readConfig(t.Context(), config.value(t.Context(), &diagnostics), &diagnostics); again != config || diagnostics.HasError() {
		t.Errorf("%v; %v", again, diagnostics)
	}
	if empty := readConfig(t.Context(), types.ObjectUnknown(configAttribute().GetType().(types.ObjectType).AttrTypes), &diagnostics); empty != (vaultConfig{}) {
		t.Errorf("%v", empty)
	}
}
