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

variable "vault_address" {
  description = "The URL of HashiCorp Vault or OpenBao, as the Agyn server reaches it."
  type        = string
  default     = "http://127.0.0.1:8200"
}

variable "vault_token" {
  description = "A token that can read the path below. Set TF_VAR_vault_token instead of editing this file."
  type        = string
  sensitive   = true
  default     = "hvs.example"
}

resource "agyn_organization" "vault" {
  name = "Acme with Vault"
}

resource "agyn_secret_provider" "vault" {
  organization_id = agyn_organization.vault.id
  name            = "vault"
  type            = "vault"
  config = {
    address = var.vault_address
    token   = var.vault_token
  }

  # Otherwise Terraform would delete a removed secret provider before it updates the secrets that use it.
  lifecycle {
    create_before_destroy = true
  }
}

# The server reads the value of a remote secret when calls need it, and does not store it.
resource "agyn_secret" "openai_key" {
  organization_id = agyn_organization.vault.id
  name            = "openai-api-key"
  provider_id     = agyn_secret_provider.vault.id
  remote_path     = "kv/data/prod/openai"
  remote_key      = "api_key"

  lifecycle {
    create_before_destroy = true
  }
}

resource "agyn_llm_provider" "openai" {
  organization_id = agyn_organization.vault.id
  name            = "openai"
  endpoint        = "https://api.openai.com/v1"
  protocol        = "responses"
  auth_method     = "bearer"
  token_secret_id = agyn_secret.openai_key.id
}

resource "agyn_llm_model" "gpt_4o" {
  organization_id   = agyn_organization.vault.id
  provider_id       = agyn_llm_provider.openai.id
  name              = "gpt-4o"
  remote_model_name = "gpt-4o-2024-08-06"
}
