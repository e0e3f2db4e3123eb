data "agyn_organization_invitations" "pending" {
  organization_id = agyn_organization.acme.id
  status          = "pending"
}
