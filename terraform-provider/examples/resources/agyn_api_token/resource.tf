resource "agyn_api_token" "payments" {
  user_id         = agyn_user.payments.id
  organization_id = agyn_organization.acme.id
  description     = "Payments agents"
  expires_at      = "2027-01-31T00:00:00Z"
  scopes          = ["call_models"]
}

output "payments_token" {
  value     = agyn_api_token.payments.token
  sensitive = true
}
