terraform {
  required_providers {
    agyn = {
      source = "agynio/agyn"
    }
  }
}

# The gateway and the token come from AGYN_GATEWAY and AGYN_TOKEN.
provider "agyn" {}


variable "api_keys" {
  description = "The API key at each vendor."
  type        = object({ openai = string, anthropic = string })
  sensitive   = true

  default = {
    openai    = "sk-example-models"
    anthropic = "sk-ant-example-models"
  }
}

locals {
  vendors = {
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

  # Agents call the names on the left. What is behind a name can change without an agent noticing.
  models = {
    "fast"       = { vendor = "openai", remote_name = "gpt-4o-mini" }
    "gpt-4o"     = { vendor = "openai", remote_name = "gpt-4o-2024-08-06" }
    "reasoning"  = { vendor = "openai", remote_name = "o3" }
    "claude"     = { vendor = "anthropic", remote_name = "claude-sonnet-4-5" }
    "summariser" = { vendor = "anthropic", remote_name = "claude-haiku-4-5" }
  }
}

resource "agyn_organization" "studio" {
  name = "Acme Studio"
  slug = "acme-studio"
}

resource "agyn_secret" "key" {
  for_each = local.vendors

  organization_id = agyn_organization.studio.id
  name            = "${each.key}-api-key"
  value           = var.api_keys[each.key]

  # Terraform deletes before it updates: with this, a removed secret is deleted after its LLM provider has another one.
  lifecycle {
    create_before_destroy = true
  }
}

resource "agyn_llm_provider" "vendor" {
  for_each = local.vendors

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
  provider_id       = agyn_llm_provider.vendor[each.value.vendor].id
  remote_model_name = each.value.remote_name
}
