# Runs against the server at AGYN_GATEWAY, and takes back what it makes.

run "models_resolve" {
  assert {
    condition     = agyn_llm_model.gpt_4o.status == "ready" && agyn_llm_model.claude.status == "ready"
    error_message = "A model does not resolve."
  }
  assert {
    condition     = output.organization_id == agyn_organization.acme.id
    error_message = "The output is not the organization's id."
  }
}

run "a_rotated_key_is_a_new_version" {
  variables {
    openai_api_key = "sk-example-rotated"
  }
  assert {
    condition     = agyn_secret.openai_key.version == 2 && agyn_secret.anthropic_key.version == 1
    error_message = "Not exactly the rotated key has a new version."
  }
}
