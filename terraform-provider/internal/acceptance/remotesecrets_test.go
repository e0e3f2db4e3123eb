package acceptance

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/acctest"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/agynio/agyn/terraform-provider/internal/client"
)

const (
	vaultConfig = `config = { address = "http://127.0.0.1:9", token = "hvs.one" }`
	reference   = `
  provider_id = agyn_secret_provider.vault.id
  remote_path = "kv/data/prod/openai"
  remote_key  = "api_key"`
)

// keyOf returns a secret and an LLM provider that takes its token from the secret.
func keyOf(storage string) string {
	return fmt.Sprintf(`
resource "agyn_secret" "key" {
  organization_id = agyn_organization.acme.id
  name            = "key"
  %s
}
resource "agyn_llm_provider" "openai" {
  organization_id = agyn_organization.acme.id
  name            = "openai"
  endpoint        = "http://127.0.0.1:9/v1"
  protocol        = "responses"
  auth_method     = "bearer"
  token_secret_id = agyn_secret.key.id
}`, storage)
}

func hasStorage(storage client.SecretStorage) func(organization string, resources map[string]string) error {
	return func(organization string, resources map[string]string) error {
		found, _, err := server.SecretsAPI.GetSecret(background(), organization, resources[secret]).Execute()
		if err == nil && found.Storage != storage {
			err = fmt.Errorf("the secret is %s", found.Storage)
		}
		return err
	}
}

func TestAccRemoteSecretChangesStorageInPlace(t *testing.T) {
	acceptance(t)
	provider := vault(acctest.RandomWithPrefix("acme"), vaultConfig)
	applied := func(storage string, action plancheck.ResourceActionType, want client.SecretStorage, checks ...statecheck.StateCheck) resource.TestStep {
		return resource.TestStep{
			Config: provider + keyOf(storage),
			ConfigPlanChecks: resource.ConfigPlanChecks{
				PreApply:             []plancheck.PlanCheck{plancheck.ExpectResourceAction(secret, action)},
				PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
			},
			ConfigStateChecks: checks,
			Check:             eachOf(hasStorage(want)),
		}
	}
	const local, remote, update = client.SECRETSTORAGE_LOCAL, client.SECRETSTORAGE_REMOTE, plancheck.ResourceActionUpdate
	otherPath := strings.Replace(reference, "openai", "openai-2", 1)
	path := func(path string) statecheck.StateCheck {
		return statecheck.ExpectKnownValue(secret, tfjsonpath.New("remote_path"), knownvalue.StringExact(path))
	}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: providers,
		CheckDestroy:             isGone,
		Steps: []resource.TestStep{
			applied(valueOf("sk-one"), plancheck.ResourceActionCreate, local, version(1)),
			applied(reference, update, remote, version(2), path("kv/data/prod/openai"), isNull(secret, "value")),
			applied(reference, plancheck.ResourceActionNoop, remote),
			{ResourceName: secret, ImportState: true, ImportStateVerify: true, ImportStateIdFunc: importID(secret)},
			applied(otherPath, update, remote, version(3), path("kv/data/prod/openai-2")),
			applied(otherPath+"\ndescription = \"In Vault\"", update, remote, version(3)),
			applied("value_wo = \"sk-two\"\nvalue_wo_version = 1", update, local, version(4), isNull(secret, "remote_path"), isNull(secret, "provider_id")),
			applied(reference, update, remote, version(5), isNull(secret, "value_wo_version")),
			applied("value_wo = \"sk-two\"\nvalue_wo_version = 1", update, local, version(6)),
			applied(reference, update, remote),
			applied(valueOf("sk-one"), update, local),
		},
	})
}

func TestAccRemoteSecretChangedElsewhereIsRestored(t *testing.T) {
	acceptance(t)
	for name, changed := range map[string]struct {
		storage string
		want    client.SecretStorage
		update  func(provider string) client.SecretUpdate
	}{
		"another path": {reference, client.SECRETSTORAGE_REMOTE, func(provider string) client.SecretUpdate {
			return client.SecretUpdate{Storage: client.SECRETSTORAGE_REMOTE.Ptr(), ProviderId: &provider, RemotePath: new("kv/data/other"), RemoteKey: new("k")}
		}},
		"remote to local": {reference, client.SECRETSTORAGE_REMOTE, func(string) client.SecretUpdate {
			return client.SecretUpdate{Value: new("sk-elsewhere")}
		}},
		"local to remote": {`value = "sk-one"`, client.SECRETSTORAGE_LOCAL, func(provider string) client.SecretUpdate {
			return client.SecretUpdate{Storage: client.SECRETSTORAGE_REMOTE.Ptr(), ProviderId: &provider, RemotePath: new("kv/data/other"), RemoteKey: new("k")}
		}},
		"write-only to remote": {`value_wo = "sk-one"`, client.SECRETSTORAGE_LOCAL, func(provider string) client.SecretUpdate {
			return client.SecretUpdate{Storage: client.SECRETSTORAGE_REMOTE.Ptr(), ProviderId: &provider, RemotePath: new("kv/data/other"), RemoteKey: new("k")}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			config := vault(acctest.RandomWithPrefix("acme"), vaultConfig) + keyOf(changed.storage)
			resource.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: providers,
				CheckDestroy:             isGone,
				Steps: []resource.TestStep{
					{Config: config, ExpectNonEmptyPlan: true, Check: eachOf(func(organization string, resources map[string]string) error {
						update := changed.update(resources[secretProvider])
						update.Name = "key"
						_, _, err := server.SecretsAPI.UpdateSecret(background(), organization, resources[secret]).SecretUpdate(update).Execute()
						return err
					})},
					{
						Config: config,
						ConfigPlanChecks: resource.ConfigPlanChecks{
							PreApply:             []plancheck.PlanCheck{plancheck.ExpectResourceAction(secret, plancheck.ResourceActionUpdate)},
							PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
						},
						Check: eachOf(hasStorage(changed.want)),
					},
				},
			})
		})
	}
}

func TestAccRemoteSecretPlanRequiresOneStorage(t *testing.T) {
	acceptance(t)
	const providerID = `provider_id = "0198f2f0-7a3b-7c1d-9e2f-3a4b5c6d7e8f"` + "\n"
	for name, invalid := range map[string]struct{ storage, remedy string }{
		"both":            {valueOf("sk") + "\n" + providerID + "remote_path = \"kv/a\"\nremote_key = \"k\"", "Remove value, or provider_id, remote_path and remote_key"},
		"no key":          {providerID + `remote_path = "kv/a"`, "Add remote_key"},
		"only a provider": {providerID, "Add remote_path"},
		"a leading slash": {providerID + "remote_path = \"/kv/a\"\nremote_key = \"k\"", "names separated by slashes"},
	} {
		t.Run(name, func(t *testing.T) {
			config := `
resource "agyn_secret" "invalid" {
  organization_id = "0198f2f0-7a3b-7c1d-9e2f-3a4b5c6d7e8f"
  name            = "invalid"
  ` + invalid.storage + `
}`
			resource.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: providers,
				Steps:                    []resource.TestStep{{Config: config, PlanOnly: true, ExpectError: wrapped("", invalid.remedy)}},
			})
		})
	}
}

func TestAccRemoteSecretsAndTheirProviderAreRemovedTogether(t *testing.T) {
	acceptance(t)
	slug := acctest.RandomWithPrefix("acme")
	provider := vault(slug, vaultConfig)
	withLifecycle := vault(slug, vaultConfig+"\nlifecycle {\n  create_before_destroy = true\n}")
	organizationOnly := provider[:strings.Index(provider, `resource "agyn_secret_provider"`)]
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: providers,
		CheckDestroy:             isGone,
		Steps: []resource.TestStep{
			{Config: provider + keyOf(reference)},
			{Config: organizationOnly},
			// By default, Terraform deletes a removed secret provider before it updates the secrets.
			{Config: provider + keyOf(reference)},
			{Config: organizationOnly + keyOf(valueOf("sk")), ExpectError: wrapped("", "in use by the secrets key")},
			{Config: withLifecycle + keyOf(reference)},
			{Config: organizationOnly + keyOf(valueOf("sk")), Check: eachOf(hasStorage(client.SECRETSTORAGE_LOCAL))},
		},
	})
}

func TestAccRemoteSecretDataSources(t *testing.T) {
	acceptance(t)
	config := vault(acctest.RandomWithPrefix("acme"), vaultConfig) + keyOf(reference) + `
resource "agyn_secret" "local" {
  organization_id = agyn_organization.acme.id
  name            = "local"
  value           = "sk"
}
data "agyn_secret_provider" "by_name" {
  organization_id = agyn_organization.acme.id
  name            = agyn_secret_provider.vault.name
  depends_on      = [agyn_secret.key]
}
data "agyn_secret_provider" "by_id" {
  organization_id = agyn_organization.acme.id
  id              = agyn_secret_provider.vault.id
}
data "agyn_secret_providers" "all" {
  organization_id = agyn_organization.acme.id
  search          = "VAULT"
  depends_on      = [agyn_secret_provider.vault]
}
data "agyn_secret" "key" {
  organization_id = agyn_organization.acme.id
  name            = agyn_secret.key.name
}
data "agyn_secrets" "remote" {
  organization_id = agyn_organization.acme.id
  provider_id     = agyn_secret_provider.vault.id
  depends_on      = [agyn_secret.key, agyn_secret.local]
}`
	const byName = "data.agyn_secret_provider.by_name"
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: providers,
		CheckDestroy:             isGone,
		Steps: []resource.TestStep{{Config: config, Check: resource.ComposeAggregateTestCheckFunc(
			resource.TestCheckResourceAttrPair(byName, "id", secretProvider, "id"),
			resource.TestCheckResourceAttr(byName, "config.address", "http://127.0.0.1:9"),
			resource.TestCheckResourceAttr(byName, "config.auth_method", "token"),
			resource.TestCheckResourceAttr(byName, "secret_count", "1"),
			resource.TestCheckResourceAttrPair("data.agyn_secret_provider.by_id", "name", secretProvider, "name"),
			resource.TestCheckResourceAttr("data.agyn_secret_providers.all", "secret_providers.#", "1"),
			resource.TestCheckResourceAttrPair("data.agyn_secret_providers.all", "secret_providers.0.config.address", secretProvider, "config.address"),
			resource.TestCheckResourceAttr("data.agyn_secret.key", "storage", "remote"),
			resource.TestCheckResourceAttr("data.agyn_secret.key", "remote_key", "api_key"),
			resource.TestCheckResourceAttr("data.agyn_secrets.remote", "secrets.#", "1"),
			resource.TestCheckResourceAttrPair("data.agyn_secrets.remote", "secrets.0.id", secret, "id"),
		)}},
	})
}
