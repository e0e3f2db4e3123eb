terraform import agyn_secret.openai_key '<organization_id>/<id>'
