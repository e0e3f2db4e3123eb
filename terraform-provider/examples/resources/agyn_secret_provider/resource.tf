resource "agyn_secret_provider" "vault" {
  organization_id = agyn_organization.acme.id
  name            = "vault-prod"
  type            = "vault"
  config = {
    address = "https://vault.example.com:8200"
    token   = var.vault_token
  }
}

# With AppRole. The secret id is neither in the state nor in a plan.
resource "agyn_secret_provider" "openbao" {
  organization_id = agyn_organization.acme.id
  name            = "openbao"
  type            = "vault"
  config = {
    address        = "https://openbao.example.com:8200"
    namespace      = "team-a"
    ca_certificate = file("${path.module}/openbao-ca.pem")
    role_id        = "0f9d4c1a-2b7e-4e55-9a53-d3b1c7a2e8f4"
    secret_id_wo   = var.openbao_secret_id
  }

  # Otherwise Terraform would delete a removed secret provider before it updates the secrets that use it.
  lifecycle {
    create_before_destroy = true
  }
}
