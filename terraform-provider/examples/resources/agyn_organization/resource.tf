resource "agyn_organization" "acme" {
  name = "Acme"
  slug = "acme"
}
