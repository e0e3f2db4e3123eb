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

variable "vllm_endpoint" {
  description = "The base URL of the vLLM server. Plain http and private addresses are allowed."
  type        = string
  default     = "http://vllm.internal:8000/v1"
}

variable "vllm_api_key" {
  description = "The --api-key of the vLLM server."
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
  description     = "The key of the lab's vLLM server"
  value           = var.vllm_api_key
}

# vLLM supports the Responses API.
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
