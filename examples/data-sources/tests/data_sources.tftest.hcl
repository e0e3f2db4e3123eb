# Runs against the server at AGYN_GATEWAY, and takes back what it makes.

run "what_another_team_keeps_is_found" {
  assert {
    condition     = output.openai_key_version == 1 && output.behind_gpt_4o == "gpt-4o-2024-08-06"
    error_message = "Something else was found."
  }
  assert {
    condition     = agyn_llm_model.drafts.provider_id == agyn_llm_provider.openai.id
    error_message = "The team's own model is on another provider."
  }
}
