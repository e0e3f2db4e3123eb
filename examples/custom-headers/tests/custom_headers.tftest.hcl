# Runs against the server at AGYN_GATEWAY and destroys everything at the end.

run "gateway_uses_custom_headers" {
  assert {
    condition     = agyn_llm_provider.gateway.auth_method == "custom_headers" && agyn_llm_model.default.status == "ready"
    error_message = "The auth method is wrong, or the model does not resolve."
  }
}

run "changed_key_updates_the_headers" {
  variables {
    gateway_key = "gw-example-rotated"
  }
  assert {
    condition     = agyn_llm_provider.gateway.custom_headers["X-Gateway-Key"] == "gw-example-rotated"
    error_message = "The header still has the old key."
  }
}
