# Runs against the server at AGYN_GATEWAY and destroys everything at the end.

run "llm_provider_holds_its_token" {
  assert {
    condition     = agyn_llm_provider.anthropic.auth_method == "x_api_key" && agyn_llm_provider.anthropic.token_secret_id == null
    error_message = "The LLM provider takes its token from a secret."
  }
}

run "changed_token_updates_the_llm_provider" {
  variables {
    anthropic_api_key = "sk-ant-example-rotated"
  }
  assert {
    condition     = agyn_llm_provider.anthropic.token == "sk-ant-example-rotated"
    error_message = "The LLM provider still has the old token."
  }
}
