data "agyn_organization" "acme" {
  slug = "acme"
}
