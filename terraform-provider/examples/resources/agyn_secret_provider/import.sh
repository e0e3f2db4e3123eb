terraform import agyn_secret_provider.vault '<id>'
