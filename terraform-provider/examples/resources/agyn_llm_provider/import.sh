terraform import agyn_llm_provider.openai '<organization_id>/<id>'
