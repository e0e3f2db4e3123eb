terraform {
  required_providers {
    agyn = {
      source = "agynio/agyn"
    }
  }
}

# The gateway and the token come from AGYN_GATEWAY and AGYN_TOKEN.
provider "agyn" {}


variable "anthropic_api_key" {
  description = "The API key at Anthropic. Set TF_VAR_anthropic_api_key rather than writing it down here."
  type        = string
  sensitive   = true
  default     = "sk-ant-example-inline"
}

resource "agyn_organization" "inline" {
  name = "Acme with an inline token"
}

# A key that only one provider uses can stay with it. As a secret, several could share it, and it would be rotated once.
resource "agyn_llm_provider" "anthropic" {
  organization_id = agyn_organization.inline.id
  name            = "anthropic"
  endpoint        = "https://api.anthropic.com/v1"
  protocol        = "anthropic_messages"
  auth_method     = "x_api_key"
  token           = var.anthropic_api_key
}
