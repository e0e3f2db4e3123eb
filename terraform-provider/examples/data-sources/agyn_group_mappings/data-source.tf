data "agyn_group_mappings" "all" {
  organization_id = agyn_organization.acme.id
}
