data "agyn_secret_provider" "vault" {
  organization_id = data.agyn_organization.acme.id
  name            = "vault-prod"
}
