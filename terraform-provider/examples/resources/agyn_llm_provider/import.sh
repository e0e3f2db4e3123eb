terraform import agyn_llm_provider.openai '<id>'
