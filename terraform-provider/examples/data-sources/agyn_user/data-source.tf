data "agyn_user" "payments" {
  email = "payments@acme.example"
}
