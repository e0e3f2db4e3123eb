list "agyn_api_token" "all" {
  provider = agyn
  config {
    search = "payments"
  }
}
