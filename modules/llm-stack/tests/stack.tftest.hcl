# Runs against the server at AGYN_GATEWAY and destroys everything at the end.

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

run "creates_everything" {
  assert {
    condition     = length(output.llm_provider_ids) == 3 && length(output.model_ids) == 3
    error_message = "An LLM provider or a model is missing."
  }
  assert {
    condition     = alltrue([for model in agyn_llm_model.this : model.status == "ready"])
    error_message = "A model does not resolve."
  }
  assert {
    condition     = agyn_llm_model.this["local"].remote_model_name == "local"
    error_message = "The default of remote_model_name is not the model's name."
  }
}

run "sends_a_new_key" {
  variables {
    api_keys = {
      openai    = "sk-two"
      anthropic = "sk-ant-two"
    }
  }
  assert {
    condition     = agyn_secret.key["openai"].version == 2
    error_message = "The new key was not sent."
  }
  assert {
    condition     = agyn_secret.key["anthropic"].version == 1
    error_message = "A key was sent although its version is the same."
  }
}

run "changes_the_auth_method_in_place" {
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
    error_message = "An LLM provider was replaced: it is newer than its model."
  }
  assert {
    condition     = alltrue([for model in agyn_llm_model.this : model.status == "ready"])
    error_message = "A model does not resolve."
  }
}

run "rejects_a_model_without_its_llm_provider" {
  command = plan
  variables {
    models = {
      lost = { llm_provider = "nowhere" }
    }
  }
  expect_failures = [var.models]
}

run "rejects_two_organizations" {
  command = plan
  variables {
    organization_id = "0198f2f0-7a3b-7c1d-9e2f-3a4b5c6d7e8f"
  }
  expect_failures = [var.organization_id]
}
