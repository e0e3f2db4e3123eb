resource "agyn_secret" "openai_key" {
  organization_id = agyn_organization.acme.id
  name            = "openai-api-key"
  value           = var.openai_api_key
}

resource "agyn_llm_provider" "openai" {
  organization_id = agyn_organization.acme.id
  name            = "openai-prod"
  endpoint        = "https://api.openai.com/v1"
  protocol        = "responses"
  auth_method     = "bearer"
  token_secret_id = agyn_secret.openai_key.id
}

resource "agyn_secret" "anthropic_key" {
  organization_id = agyn_organization.acme.id
  name            = "anthropic-api-key"
  value           = var.anthropic_api_key
}

resource "agyn_llm_provider" "anthropic" {
  organization_id = agyn_organization.acme.id
  name            = "anthropic-prod"
  endpoint        = "https://api.anthropic.com/v1"
  protocol        = "anthropic_messages"
  auth_method     = "x_api_key"
  token_secret_id = agyn_secret.anthropic_key.id
}

resource "agyn_llm_provider" "gateway" {
  organization_id = agyn_organization.acme.id
  name            = "gateway"
  endpoint        = "https://gateway.example.com/v1"
  protocol        = "responses"
  auth_method     = "custom_headers"
  custom_headers = {
    "X-Gateway-Key" = var.openai_api_key
  }
}

resource "agyn_llm_model" "gpt_4o" {
  organization_id   = agyn_organization.acme.id
  provider_id       = agyn_llm_provider.openai.id
  name              = "gpt-4o"
  remote_model_name = "gpt-4o-2024-08-06"
}

resource "agyn_llm_model" "sonnet" {
  organization_id   = agyn_organization.acme.id
  provider_id       = agyn_llm_provider.anthropic.id
  name              = "sonnet-4-6"
  remote_model_name = "claude-sonnet-4-6"
}
