# Runs against the server at AGYN_GATEWAY and destroys everything at the end.

run "model_uses_the_endpoint" {
  variables {
    vllm_endpoint = "http://10.0.0.7:8000/v1"
  }
  assert {
    condition     = agyn_llm_provider.vllm.endpoint == "http://10.0.0.7:8000/v1" && agyn_llm_model.qwen.provider_id == agyn_llm_provider.vllm.id
    error_message = "The endpoint is wrong, or the model has another LLM provider."
  }
}

run "changed_endpoint_keeps_the_model_ready" {
  variables {
    vllm_endpoint = "http://10.0.0.8:8000/v1"
  }
  assert {
    condition     = agyn_llm_provider.vllm.endpoint == "http://10.0.0.8:8000/v1" && agyn_llm_model.qwen.status == "ready"
    error_message = "The endpoint is still the old one, or the model does not resolve."
  }
}
