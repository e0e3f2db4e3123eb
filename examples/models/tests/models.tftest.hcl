# Runs against the server at AGYN_GATEWAY, and takes back what it makes.

run "each_model_resolves_at_its_vendor" {
  assert {
    condition     = length(agyn_llm_model.model) == 5 && alltrue([for model in agyn_llm_model.model : model.status == "ready"])
    error_message = "A model does not resolve."
  }
  assert {
    condition     = alltrue([for name, model in agyn_llm_model.model : model.provider_id == agyn_llm_provider.vendor[local.models[name].vendor].id])
    error_message = "A model is at another vendor."
  }
}
