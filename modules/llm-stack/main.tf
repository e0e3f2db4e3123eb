terraform {
  required_version = ">= 1.11"
  required_providers {
    agyn = {
      source = "agynio/agyn"
    }
  }
}

locals {
  organization_id = var.organization_id != null ? var.organization_id : one(agyn_organization.this[*].id)

  with_key     = { for name, provider in var.llm_providers : name => provider if provider.auth_method != "custom_headers" }
  with_headers = { for name, provider in var.llm_providers : name => provider if provider.auth_method == "custom_headers" }

  provider_ids = merge(
    { for name, provider in agyn_llm_provider.with_key : name => provider.id },
    { for name, provider in agyn_llm_provider.with_headers : name => provider.id },
  )
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
  description      = "The key of the LLM provider ${each.key}"
  value_wo         = var.api_keys[each.key]
  value_wo_version = each.value.credentials_version
}

resource "agyn_llm_provider" "with_key" {
  for_each = local.with_key

  organization_id = local.organization_id
  name            = each.key
  endpoint        = each.value.endpoint
  protocol        = each.value.protocol
  auth_method     = each.value.auth_method
  token_secret_id = agyn_secret.key[each.key].id
}

resource "agyn_llm_provider" "with_headers" {
  for_each = local.with_headers

  organization_id           = local.organization_id
  name                      = each.key
  endpoint                  = each.value.endpoint
  protocol                  = each.value.protocol
  auth_method               = each.value.auth_method
  custom_headers_wo         = var.custom_headers[each.key]
  custom_headers_wo_version = each.value.credentials_version
}

resource "agyn_llm_model" "this" {
  for_each = var.models

  organization_id   = local.organization_id
  provider_id       = local.provider_ids[each.value.llm_provider]
  name              = each.key
  remote_model_name = coalesce(each.value.remote_model_name, each.key)
}
