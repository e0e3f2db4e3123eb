data "agyn_llm_provider" "openai" {
  organization_id = data.agyn_organization.acme.id
  name            = "openai-prod"
}
