resource "agyn_organization_member" "payments" {
  organization_id = agyn_organization.acme.id
  user_id         = agyn_user.payments.id
  role            = "member"
}
