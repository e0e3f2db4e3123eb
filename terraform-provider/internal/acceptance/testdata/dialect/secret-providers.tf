resource "agyn_secret_provider" "vault" {
  organization_id = agyn_organization.acme.id
  name            = "vault-prod"
  type            = "vault"
  config = {
    address = "https://vault.example.com"
    token   = var.vault_token
  }
}

resource "agyn_secret" "stripe" {
  organization_id = agyn_organization.acme.id
  name            = "stripe-api-key"
  provider_id     = agyn_secret_provider.vault.id
  remote_path     = "kv/data/prod/stripe-api-key"
  remote_key      = "value"
}
