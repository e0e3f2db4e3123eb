resource "agyn_organization_member" "payments" {
  organization_id = agyn_organization.acme.id
  email           = "payments@acme.example"
  role            = "member"
}
