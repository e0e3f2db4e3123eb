# Runs against the server at AGYN_GATEWAY, and takes back what it makes.

run "the_model_is_at_its_endpoint" {
  variables {
    vllm_endpoint = "http://10.0.0.7:8000/v1"
  }
  assert {
    condition     = agyn_llm_provider.vllm.endpoint == "http://10.0.0.7:8000/v1" && agyn_llm_model.qwen.provider_id == agyn_llm_provider.vllm.id
    error_message = "The model does not lead to the endpoint."
  }
}

run "another_endpoint_leaves_the_model_resolving" {
  variables {
    vllm_endpoint = "http://10.0.0.8:8000/v1"
  }
  assert {
    condition     = agyn_llm_provider.vllm.endpoint == "http://10.0.0.8:8000/v1" && agyn_llm_model.qwen.status == "ready"
    error_message = "The endpoint is not the new one, or the model does not resolve."
  }
}
