terraform {
  required_version = ">= 1.11"
  required_providers {
    agyn = {
      source  = "agynio/agyn"
      version = "~> 1.0"
    }
  }
}

locals {
  organization_id = var.organization_id != null ? var.organization_id : one(agyn_organization.this[*].id)

  with_key = { for name, provider in var.llm_providers : name => provider if provider.auth_method != "custom_headers" }
}

resource "agyn_organization" "this" {
  count = var.organization_id == null ? 1 : 0

  name = var.organization.name
  slug = var.organization.slug
}

resource "agyn_secret" "key" {
  for_each = local.with_key

  organization_id  = local.organization_id
  name             = "${each.key}-api-key"
  description      = "The API key of the LLM provider ${each.key}"
  value_wo         = var.api_keys[each.key]
  value_wo_version = each.value.credentials_version

  # Otherwise Terraform would delete a removed secret before it updates the LLM provider that uses the secret.
  lifecycle {
    create_before_destroy = true
  }
}

resource "agyn_llm_provider" "this" {
  for_each = var.llm_providers

  organization_id           = local.organization_id
  name                      = each.key
  endpoint                  = each.value.endpoint
  protocol                  = each.value.protocol
  auth_method               = each.value.auth_method
  websocket                 = each.value.websocket
  token_secret_id           = each.value.auth_method == "custom_headers" ? null : agyn_secret.key[each.key].id
  custom_headers_wo         = each.value.auth_method == "custom_headers" ? var.custom_headers[each.key] : null
  custom_headers_wo_version = each.value.auth_method == "custom_headers" ? each.value.credentials_version : null
}

resource "agyn_llm_model" "this" {
  for_each = var.models

  organization_id    = local.organization_id
  provider_id        = agyn_llm_provider.this[each.value.llm_provider].id
  name               = each.key
  remote_model_name  = coalesce(each.value.remote_model_name, each.key)
  alias              = each.value.alias
  keep_alive_seconds = each.value.keep_alive_seconds
}
