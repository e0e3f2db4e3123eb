data "agyn_user" "ada" {
  email = "ada@acme.example"
}

resource "agyn_cluster_admin" "ada" {
  identity_id = data.agyn_user.ada.identity_id
}
