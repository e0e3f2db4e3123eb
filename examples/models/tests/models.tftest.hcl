# Runs against the server at AGYN_GATEWAY and destroys everything at the end.

run "each_model_resolves_to_its_llm_provider" {
  assert {
    condition     = length(agyn_llm_model.model) == 5 && alltrue([for model in agyn_llm_model.model : model.status == "ready"])
    error_message = "A model does not resolve."
  }
  assert {
    condition     = alltrue([for name, model in agyn_llm_model.model : model.provider_id == agyn_llm_provider.this[local.models[name].llm_provider].id])
    error_message = "A model has another LLM provider."
  }
}
