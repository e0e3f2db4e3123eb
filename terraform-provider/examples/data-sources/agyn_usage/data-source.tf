data "agyn_usage" "by_model" {
  organization_id = data.agyn_organization.acme.id
  group_by        = ["model", "day"]
}

output "tokens_by_model" {
  value = { for row in data.agyn_usage.by_model.rows : "${row.started_at} ${row.model_name}" => row.output_tokens if row.model_name != null }
}
