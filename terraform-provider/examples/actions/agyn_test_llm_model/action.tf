action "agyn_test_llm_model" "gpt_4o" {
  config {
    model_id = agyn_llm_model.gpt_4o.id
  }
}

# terraform apply -invoke=action.agyn_test_llm_model.gpt_4o runs it; this model runs it after each change.
resource "agyn_llm_model" "gpt_4o" {
  provider_id       = agyn_llm_provider.openai.id
  name              = "gpt-4o"
  remote_model_name = "gpt-4o-2024-08-06"

  lifecycle {
    action_trigger {
      events  = [after_create, after_update]
      actions = [action.agyn_test_llm_model.gpt_4o]
    }
  }
}
