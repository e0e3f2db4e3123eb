data "agyn_secret" "openai_key" {
  organization_id = data.agyn_organization.acme.id
  name            = "openai-api-key"
}
