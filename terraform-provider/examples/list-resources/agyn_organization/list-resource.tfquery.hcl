list "agyn_organization" "all" {
  provider = agyn
  config {
    search = "acme"
  }
}
