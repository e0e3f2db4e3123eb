data "agyn_user" "ada" {
  username = "ada"
}

resource "agyn_cluster_admin" "ada" {
  identity_id = data.agyn_user.ada.identity_id
}
