data "agyn_secrets" "openai" {
  organization_id = data.agyn_organization.acme.id
  search          = "openai"
}
