terraform import agyn_secret_provider.vault '<organization_id>/<id>'
