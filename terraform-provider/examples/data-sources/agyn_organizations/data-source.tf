data "agyn_organizations" "all" {}
