resource "agyn_llm_model" "gpt_4o" {
  organization_id   = agyn_organization.acme.id
  provider_id       = agyn_llm_provider.openai.id
  name              = "gpt-4o"
  remote_model_name = "gpt-4o-2024-08-06"
}

resource "agyn_llm_model" "glm" {
  organization_id    = agyn_organization.acme.id
  provider_id        = agyn_llm_provider.glm.id
  name               = "glm"
  alias              = "anthropic-glm"
  remote_model_name  = "glm-5"
  keep_alive_seconds = 15
  codex_catalog_entry = jsonencode({
    display_name   = "GLM 5"
    context_window = 200000
  })
}
