resource "agyn_organization_invitation" "ada" {
  organization_id = agyn_organization.acme.id
  email           = "ada@acme.example"
  role            = "owner"
}
