data "agyn_llm_models" "orphaned" {
  organization_id = data.agyn_organization.acme.id
  status          = "orphaned"
}

output "orphaned" {
  value = data.agyn_llm_models.orphaned.models[*].name
}
