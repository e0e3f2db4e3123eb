data "agyn_llm_providers" "all" {
  organization_id = data.agyn_organization.acme.id
}
