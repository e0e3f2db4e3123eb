# Each user may use two million tokens a day.
resource "agyn_limit" "tokens" {
  organization_id = agyn_organization.acme.id
  name            = "tokens-per-user"
  applies_to      = { type = "user" }
  measure         = "tokens"
  amount          = 2000000
  window          = "day"
}

# One model takes at most 600 calls a minute.
resource "agyn_limit" "calls" {
  organization_id = agyn_organization.acme.id
  name            = "calls-of-gpt-4o"
  applies_to      = { type = "model", id = agyn_llm_model.gpt_4o.id }
  measure         = "calls"
  amount          = 600
  window          = "minute"
}
