ephemeral "agyn_secret_value" "openai_key" {
  organization_id = agyn_organization.acme.id
  secret_id       = agyn_secret.openai_key.id
}

# A copy in another organization. Its value is in no state.
resource "agyn_secret" "copy" {
  organization_id = agyn_organization.other.id
  name            = "openai-api-key"
  value_wo        = ephemeral.agyn_secret_value.openai_key.value
}
