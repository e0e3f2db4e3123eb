variable "openai_api_key" {
  type      = string
  sensitive = true
  ephemeral = true
}

# The value is neither in the state nor in a plan.
resource "agyn_secret" "openai_key" {
  organization_id = agyn_organization.acme.id
  name            = "openai-api-key"
  value_wo        = var.openai_api_key

  # Otherwise Terraform would delete a removed secret before it updates the LLM provider that uses the secret.
  lifecycle {
    create_before_destroy = true
  }
}

# The value stays in a secret provider.
resource "agyn_secret" "anthropic_key" {
  organization_id = agyn_organization.acme.id
  name            = "anthropic-api-key"
  provider_id     = agyn_secret_provider.vault.id
  remote_path     = "kv/data/prod/anthropic"
  remote_key      = "api_key"
}
