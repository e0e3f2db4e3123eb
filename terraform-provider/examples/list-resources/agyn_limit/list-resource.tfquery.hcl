list "agyn_limit" "all" {
  provider = agyn
  config {
    organization_id = "0198f2f0-7a3b-7c1d-9e2f-3a4b5c6d7e8f"
  }
}
