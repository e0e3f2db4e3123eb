list "agyn_user" "all" {
  provider = agyn
  config {
    search = "payments"
  }
}
