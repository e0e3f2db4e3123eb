terraform {
  required_providers {
    agyn = {
      source = "agynio/agyn"
    }
  }
}

# The gateway and the token come from AGYN_GATEWAY and AGYN_TOKEN.
provider "agyn" {}

# Looked up by name, as a team does that did not make these and does not know their ids.

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

# Looked up by id.
data "agyn_llm_model" "gpt_4o" {
  organization_id = data.agyn_organization.platform.id
  id              = agyn_llm_model.gpt_4o.id
}

# A model of this team's own, on the provider that was found.
resource "agyn_llm_model" "drafts" {
  organization_id   = data.agyn_organization.platform.id
  name              = "drafts"
  provider_id       = data.agyn_llm_provider.openai.id
  remote_model_name = "gpt-4o-mini"
}

output "openai_key_version" {
  description = "How often the key was rotated, plus one."
  value       = data.agyn_secret.openai_key.version
}

output "behind_gpt_4o" {
  description = "What agents reach when they call gpt-4o."
  value       = data.agyn_llm_model.gpt_4o.remote_model_name
}
