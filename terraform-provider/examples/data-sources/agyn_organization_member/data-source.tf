data "agyn_organization_member" "payments" {
  organization_id = data.agyn_organization.acme.id
  email           = "payments@acme.example"
}
