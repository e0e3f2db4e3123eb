terraform import agyn_llm_model.gpt_4o '<id>'
