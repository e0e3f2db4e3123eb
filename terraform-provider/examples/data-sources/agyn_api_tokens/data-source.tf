data "agyn_api_tokens" "mine" {}
