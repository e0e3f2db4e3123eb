resource "agyn_llm_provider" "openai" {
  organization_id = agyn_organization.acme.id
  name            = "openai-prod"
  endpoint        = "https://api.openai.com/v1"
  protocol        = "responses"
  auth_method     = "bearer"
  token_secret_id = agyn_secret.openai_key.id
}

resource "agyn_llm_provider" "gateway" {
  organization_id   = agyn_organization.acme.id
  name              = "gateway"
  endpoint          = "https://llm.acme.example/v1"
  protocol          = "responses"
  auth_method       = "custom_headers"
  custom_headers_wo = { "X-Gateway-Key" = var.gateway_key }
}
