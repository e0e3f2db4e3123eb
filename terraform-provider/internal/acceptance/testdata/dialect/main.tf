# The configuration of the product's documentation. TestAccDocumentedConfigurationRunsUnchanged applies it as it is.
terraform {
  required_providers {
    agyn = {
      source  = "agynio/agyn"
      version = "~> 1.0"
    }
  }
}

provider "agyn" {
  gateway = var.agyn_gateway
  token   = var.agyn_api_token
}

variable "agyn_gateway" {
  type = string
}

variable "agyn_api_token" {
  type      = string
  sensitive = true
}

variable "openai_api_key" {
  type      = string
  sensitive = true
}

variable "anthropic_api_key" {
  type      = string
  sensitive = true
}

variable "vault_token" {
  type      = string
  sensitive = true
}

resource "agyn_organization" "acme" {
  name = "acme"
}
