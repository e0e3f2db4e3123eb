data "agyn_limit" "tokens" {
  organization_id = agyn_organization.acme.id
  name            = "tokens-per-user"
}
