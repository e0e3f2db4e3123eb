terraform {
  required_providers {
    agyn = {
      source  = "agynio/agyn"
      version = "~> 1.0"
    }
  }
}

# Reads AGYN_GATEWAY and AGYN_TOKEN.
provider "agyn" {}

resource "agyn_organization" "acme" {
  name = "Acme"
}

resource "agyn_secret" "openai_key" {
  organization_id = agyn_organization.acme.id
  name            = "openai-api-key"
  value           = var.openai_api_key

  # Otherwise Terraform would delete a removed secret before it updates the LLM provider that uses the secret.
  lifecycle {
    create_before_destroy = true
  }
}

resource "agyn_llm_provider" "openai" {
  organization_id = agyn_organization.acme.id
  name            = "openai-prod"
  endpoint        = "https://api.openai.com/v1"
  protocol        = "responses"
  auth_method     = "bearer"
  token_secret_id = agyn_secret.openai_key.id
}

resource "agyn_llm_model" "gpt_4o" {
  organization_id   = agyn_organization.acme.id
  name              = "gpt-4o"
  provider_id       = agyn_llm_provider.openai.id
  remote_model_name = "gpt-4o-2024-08-06"
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

resource "agyn_llm_model" "claude" {
  organization_id   = agyn_organization.acme.id
  name              = "claude"
  provider_id       = agyn_llm_provider.anthropic.id
  remote_model_name = "claude-sonnet-4-5"
}
