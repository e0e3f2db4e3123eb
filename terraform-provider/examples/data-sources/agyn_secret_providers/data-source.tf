data "agyn_secret_providers" "all" {
  organization_id = data.agyn_organization.acme.id
}
