# Another team's configuration, included so that the example runs alone.

variable "openai_api_key" {
  description = "The OpenAI API key. Set TF_VAR_openai_api_key instead of editing this file."
  type        = string
  sensitive   = true
  default     = "sk-example-platform"
}

resource "agyn_organization" "platform" {
  name = "Acme Platform"
}

resource "agyn_secret" "openai_key" {
  organization_id = agyn_organization.platform.id
  name            = "openai-api-key"
  value           = var.openai_api_key
}

resource "agyn_llm_provider" "openai" {
  organization_id = agyn_organization.platform.id
  name            = "openai"
  endpoint        = "https://api.openai.com/v1"
  protocol        = "responses"
  auth_method     = "bearer"
  token_secret_id = agyn_secret.openai_key.id
}

resource "agyn_llm_model" "gpt_4o" {
  organization_id   = agyn_organization.platform.id
  name              = "gpt-4o"
  provider_id       = agyn_llm_provider.openai.id
  remote_model_name = "gpt-4o-2024-08-06"
}
