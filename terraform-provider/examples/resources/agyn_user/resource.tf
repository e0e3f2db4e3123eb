resource "agyn_user" "payments" {
  name  = "Payments agents"
  email = "payments@acme.example"
}
