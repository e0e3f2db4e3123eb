terraform import agyn_default_model.acme '<organization_id>'
