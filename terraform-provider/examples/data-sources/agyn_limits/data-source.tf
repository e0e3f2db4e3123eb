data "agyn_limits" "all" {
  organization_id = agyn_organization.acme.id
}
