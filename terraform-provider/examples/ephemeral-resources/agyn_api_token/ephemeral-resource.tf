ephemeral "agyn_api_token" "run" {
  description     = "One run of Terraform"
  organization_id = agyn_organization.acme.id
  lifetime        = "30m"
  scopes          = ["read", "manage"]
}

# The token is revoked at the end of the run.
provider "agyn" {
  alias = "acme"
  token = ephemeral.agyn_api_token.run.token
}
