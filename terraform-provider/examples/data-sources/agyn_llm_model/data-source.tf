data "agyn_llm_model" "gpt_4o" {
  organization_id = data.agyn_organization.acme.id
  name            = "gpt-4o"
}
