output "organization_id" {
  description = "The id of the organization."
  value       = local.organization_id
}

output "llm_provider_ids" {
  description = "The ids of the LLM providers by name."
  value       = { for name, provider in agyn_llm_provider.this : name => provider.id }
}

output "model_ids" {
  description = "The ids of the models by name."
  value       = { for name, model in agyn_llm_model.this : name => model.id }
}
