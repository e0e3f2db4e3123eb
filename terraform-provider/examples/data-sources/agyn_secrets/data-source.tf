data "agyn_secrets" "all" {
  organization_id = data.agyn_organization.acme.id
}
