# Runs against the server at AGYN_GATEWAY, and takes back what it makes.

run "the_gateway_is_registered_by_its_headers" {
  assert {
    condition     = agyn_llm_provider.gateway.auth_method == "custom_headers" && agyn_llm_model.default.status == "ready"
    error_message = "The gateway has another auth method, or its model does not resolve."
  }
}

run "another_key_is_sent_from_now_on" {
  variables {
    gateway_key = "gw-example-rotated"
  }
  assert {
    condition     = agyn_llm_provider.gateway.custom_headers["X-Gateway-Key"] == "gw-example-rotated"
    error_message = "The headers are the ones from before."
  }
}
