data "agyn_users" "suspended" {
  state = "suspended"
}
