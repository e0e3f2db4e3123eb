data "agyn_users" "all" {}
