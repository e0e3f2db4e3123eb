# Runs against the server at AGYN_GATEWAY, and takes back what it makes.

run "the_provider_has_its_own_token" {
  assert {
    condition     = agyn_llm_provider.anthropic.auth_method == "x_api_key" && agyn_llm_provider.anthropic.token_secret_id == null
    error_message = "The provider takes its token from elsewhere."
  }
}

run "another_token_changes_the_provider_in_place" {
  variables {
    anthropic_api_key = "sk-ant-example-rotated"
  }
  assert {
    condition     = agyn_llm_provider.anthropic.token == "sk-ant-example-rotated"
    error_message = "The token is the one from before."
  }
}
