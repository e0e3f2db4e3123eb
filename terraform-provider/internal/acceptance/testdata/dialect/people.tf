data "agyn_user" "ada" {
  username = "ada"
}

data "agyn_user" "grace" {
  oidc_subject = "grace-at-the-identity-provider"
}

data "agyn_organization" "platform" {
  name = "platform"
}

resource "agyn_organization_member" "ada" {
  organization_id = agyn_organization.acme.id
  username        = "ada"
  role            = "owner"
}

resource "agyn_cluster_admin" "ada" {
  identity_id = data.agyn_user.ada.identity_id
}
