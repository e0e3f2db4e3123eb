# Runs against the server at AGYN_GATEWAY and destroys everything at the end.

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

run "rotated_key_gets_a_new_version" {
  variables {
    openai_api_key = "sk-example-rotated"
  }
  assert {
    condition     = agyn_secret.openai_key.version == 2 && agyn_secret.anthropic_key.version == 1
    error_message = "The versions are not 2 for the rotated key and 1 for the other."
  }
}
