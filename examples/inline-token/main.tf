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

variable "anthropic_api_key" {
  description = "The Anthropic API key. Set TF_VAR_anthropic_api_key instead of editing this file."
  type        = string
  sensitive   = true
  default     = "sk-ant-example-inline"
}

resource "agyn_organization" "inline" {
  name = "Acme with an inline token"
}

# If only one LLM provider uses a key, the LLM provider can hold it. Use a secret to share and rotate a key in one place.
resource "agyn_llm_provider" "anthropic" {
  organization_id = agyn_organization.inline.id
  name            = "anthropic"
  endpoint        = "https://api.anthropic.com/v1"
  protocol        = "anthropic_messages"
  auth_method     = "x_api_key"
  token           = var.anthropic_api_key
}
