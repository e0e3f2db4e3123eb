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

variable "api_keys" {
  description = "The API keys by LLM provider."
  type        = object({ openai = string, anthropic = string })
  sensitive   = true

  default = {
    openai    = "sk-example-models"
    anthropic = "sk-ant-example-models"
  }
}

locals {
  llm_providers = {
    openai = {
      endpoint    = "https://api.openai.com/v1"
      protocol    = "responses"
      auth_method = "bearer"
    }
    anthropic = {
      endpoint    = "https://api.anthropic.com/v1"
      protocol    = "anthropic_messages"
      auth_method = "x_api_key"
    }
  }

  # Agents call the names on the left. You can change the models on the right without changing agents.
  models = {
    "fast"       = { llm_provider = "openai", remote_model_name = "gpt-4o-mini" }
    "gpt-4o"     = { llm_provider = "openai", remote_model_name = "gpt-4o-2024-08-06" }
    "reasoning"  = { llm_provider = "openai", remote_model_name = "o3" }
    "claude"     = { llm_provider = "anthropic", remote_model_name = "claude-sonnet-4-5" }
    "summariser" = { llm_provider = "anthropic", remote_model_name = "claude-haiku-4-5" }
  }
}

resource "agyn_organization" "studio" {
  name = "Acme Studio"
  slug = "acme-studio"
}

resource "agyn_secret" "key" {
  for_each = local.llm_providers

  organization_id = agyn_organization.studio.id
  name            = "${each.key}-api-key"
  value           = var.api_keys[each.key]

  # Otherwise Terraform would delete a removed secret before it updates the LLM provider that uses the secret.
  lifecycle {
    create_before_destroy = true
  }
}

resource "agyn_llm_provider" "this" {
  for_each = local.llm_providers

  organization_id = agyn_organization.studio.id
  name            = each.key
  endpoint        = each.value.endpoint
  protocol        = each.value.protocol
  auth_method     = each.value.auth_method
  token_secret_id = agyn_secret.key[each.key].id
}

resource "agyn_llm_model" "model" {
  for_each = local.models

  organization_id   = agyn_organization.studio.id
  name              = each.key
  provider_id       = agyn_llm_provider.this[each.value.llm_provider].id
  remote_model_name = each.value.remote_model_name
}
