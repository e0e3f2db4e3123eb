# Runs against the server at AGYN_GATEWAY and destroys everything at the end. Needs no Vault: nothing reads the value.

run "key_stays_in_vault" {
  assert {
    condition     = agyn_secret.openai_key.provider_id == agyn_secret_provider.vault.id && agyn_secret.openai_key.version == 1
    error_message = "The secret is not a reference to a value in Vault."
  }
}

run "changed_token_updates_the_secret_provider" {
  variables {
    vault_token = "hvs.example-rotated"
  }
  assert {
    condition     = agyn_secret_provider.vault.config.token == "hvs.example-rotated" && agyn_secret.openai_key.version == 1
    error_message = "The secret provider still has the old token."
  }
}
