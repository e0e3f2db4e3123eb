# Runs against the server at AGYN_GATEWAY and destroys everything at the end.

run "data_sources_find_objects_of_another_team" {
  assert {
    condition     = output.openai_key_version == 1 && output.behind_gpt_4o == "gpt-4o-2024-08-06"
    error_message = "A data source found another object."
  }
  assert {
    condition     = agyn_llm_model.drafts.provider_id == agyn_llm_provider.openai.id
    error_message = "The model is on another LLM provider."
  }
}
