resource "agyn_llm_model" "gpt_4o" {
  organization_id   = agyn_organization.acme.id
  provider_id       = agyn_llm_provider.openai.id
  name              = "gpt-4o"
  remote_model_name = "gpt-4o-2024-08-06"
}
