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

variable "gateway_key" {
  description = "The key of the gateway. Set TF_VAR_gateway_key instead of editing this file."
  type        = string
  sensitive   = true
  default     = "gw-example-key"
}

resource "agyn_organization" "gateway" {
  name = "Acme behind a gateway"
}

# The LLM Proxy sets Host, Content-Length, Connection and Transfer-Encoding, so terraform plan rejects them.
resource "agyn_llm_provider" "gateway" {
  organization_id = agyn_organization.gateway.id
  name            = "company-gateway"
  endpoint        = "https://llm-gateway.example.com/v1"
  protocol        = "responses"
  auth_method     = "custom_headers"

  custom_headers = {
    "X-Gateway-Key" = var.gateway_key
    "X-Cost-Center" = "cc-example-4711"
  }
}

resource "agyn_llm_model" "default" {
  organization_id   = agyn_organization.gateway.id
  name              = "default"
  provider_id       = agyn_llm_provider.gateway.id
  remote_model_name = "gpt-4o"
}
