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

# Found by name, for a team that does not know the ids of another team's objects.

data "agyn_organization" "platform" {
  name = agyn_organization.platform.name
}

data "agyn_secret" "openai_key" {
  organization_id = data.agyn_organization.platform.id
  name            = agyn_secret.openai_key.name
}

data "agyn_llm_provider" "openai" {
  organization_id = data.agyn_organization.platform.id
  name            = agyn_llm_provider.openai.name
}

# Found by id.
data "agyn_llm_model" "gpt_4o" {
  organization_id = data.agyn_organization.platform.id
  id              = agyn_llm_model.gpt_4o.id
}

# A model of this team that uses the platform team's LLM provider.
resource "agyn_llm_model" "drafts" {
  organization_id   = data.agyn_organization.platform.id
  name              = "drafts"
  provider_id       = data.agyn_llm_provider.openai.id
  remote_model_name = "gpt-4o-mini"
}

output "openai_key_version" {
  description = "The version of the key, which increases with each rotation."
  value       = data.agyn_secret.openai_key.version
}

output "behind_gpt_4o" {
  description = "The model that gpt-4o resolves to at OpenAI."
  value       = data.agyn_llm_model.gpt_4o.remote_model_name
}
