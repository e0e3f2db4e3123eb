resource "agyn_group_mapping" "payments" {
  organization_id = agyn_organization.acme.id
  group           = "payments-team"
  role            = "member"
}
