resource "agyn_default_model" "acme" {
  organization_id = agyn_organization.acme.id
  model_id        = agyn_llm_model.gpt_4o.id
}
