ephemeral "agyn_api_token" "run" {
  description     = "One run of Terraform"
  organization_id = agyn_organization.acme.id
  lifetime        = "30m"
}

# Made for this run and revoked at its end.
provider "agyn" {
  alias = "acme"
  token = ephemeral.agyn_api_token.run.token
}
