terraform import agyn_secret.openai_key '<id>'
