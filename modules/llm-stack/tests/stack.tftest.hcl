# Runs against the server at AGYN_GATEWAY, and takes back what it makes.

variables {
  organization = { name = "LLM stack" }
  llm_providers = {
    openai    = { endpoint = "https://api.openai.com/v1" }
    anthropic = { endpoint = "https://api.anthropic.com", protocol = "anthropic_messages", auth_method = "x_api_key", credentials_version = 1 }
    gateway   = { endpoint = "https://llm.acme.example/v1", auth_method = "custom_headers" }
  }
  api_keys = {
    openai    = "sk-one"
    anthropic = "sk-ant-one"
  }
  custom_headers = {
    gateway = { "X-Gateway-Key" = "one" }
  }
  models = {
    gpt-4o = { llm_provider = "openai", remote_model_name = "gpt-4o-2024-08-06" }
    claude = { llm_provider = "anthropic", remote_model_name = "claude-sonnet-4" }
    local  = { llm_provider = "gateway" }
  }
}

run "everything_is_made" {
  assert {
    condition     = length(output.llm_provider_ids) == 3 && length(output.model_ids) == 3
    error_message = "Not all is made."
  }
  assert {
    condition     = alltrue([for model in agyn_llm_model.this : model.status == "ready"])
    error_message = "A model does not resolve."
  }
  assert {
    condition     = agyn_llm_model.this["local"].remote_model_name == "local"
    error_message = "The name at the LLM provider is not the model's own."
  }
}

run "a_new_key_is_set" {
  variables {
    api_keys = {
      openai    = "sk-two"
      anthropic = "sk-ant-two"
    }
  }
  assert {
    condition     = agyn_secret.key["openai"].version == 2
    error_message = "The new key is not set."
  }
  assert {
    condition     = agyn_secret.key["anthropic"].version == 1
    error_message = "A key is set although its version is the same."
  }
}

run "another_auth_method_is_another_of_the_same_provider" {
  variables {
    llm_providers = {
      openai    = { endpoint = "https://api.openai.com/v1", auth_method = "custom_headers" }
      anthropic = { endpoint = "https://api.anthropic.com", protocol = "anthropic_messages", auth_method = "x_api_key", credentials_version = 1 }
      gateway   = { endpoint = "https://llm.acme.example/v1" }
    }
    api_keys = {
      gateway   = "sk-three"
      anthropic = "sk-ant-one"
    }
    custom_headers = {
      openai = { "X-Key" = "three" }
    }
  }
  assert {
    condition     = alltrue([for name, model in agyn_llm_model.this : timecmp(agyn_llm_provider.this[var.models[name].llm_provider].created_at, model.created_at) < 0])
    error_message = "An LLM provider was replaced: it is younger than a model on it."
  }
  assert {
    condition     = alltrue([for model in agyn_llm_model.this : model.status == "ready"])
    error_message = "A model does not resolve."
  }
}

run "a_model_without_its_llm_provider_is_refused" {
  command = plan
  variables {
    models = {
      lost = { llm_provider = "nowhere" }
    }
  }
  expect_failures = [var.models]
}

run "two_organizations_are_refused" {
  command = plan
  variables {
    organization_id = "0198f2f0-7a3b-7c1d-9e2f-3a4b5c6d7e8f"
  }
  expect_failures = [var.organization_id]
}
