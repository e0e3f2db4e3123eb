terraform {
  required_providers {
    agyn = {
      source = "agynio/agyn"
    }
  }
}

# The gateway and the token come from AGYN_GATEWAY and AGYN_TOKEN.
provider "agyn" {}


variable "vllm_endpoint" {
  description = "The base URL of the vLLM server. Plain http and private addresses are fine."
  type        = string
  default     = "http://vllm.internal:8000/v1"
}

variable "vllm_api_key" {
  description = "What vLLM was started with as --api-key."
  type        = string
  sensitive   = true
  default     = "vllm-example-key"
}

resource "agyn_organization" "lab" {
  name = "Acme Lab"
  slug = "acme-lab"
}

resource "agyn_secret" "vllm_key" {
  organization_id = agyn_organization.lab.id
  name            = "vllm-api-key"
  description     = "Guards the vLLM server of the lab"
  value           = var.vllm_api_key
}

# vLLM serves the Responses API itself.
resource "agyn_llm_provider" "vllm" {
  organization_id = agyn_organization.lab.id
  name            = "vllm"
  endpoint        = var.vllm_endpoint
  protocol        = "responses"
  auth_method     = "bearer"
  token_secret_id = agyn_secret.vllm_key.id
}

resource "agyn_llm_model" "qwen" {
  organization_id   = agyn_organization.lab.id
  name              = "qwen"
  provider_id       = agyn_llm_provider.vllm.id
  remote_model_name = "Qwen/Qwen3-32B"
}
