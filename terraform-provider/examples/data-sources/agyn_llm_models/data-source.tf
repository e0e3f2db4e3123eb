data "agyn_llm_models" "all" {
  organization_id = data.agyn_organization.acme.id
}

output "orphaned" {
  value = [for model in data.agyn_llm_models.all.models : model.name if model.status == "orphaned"]
}
