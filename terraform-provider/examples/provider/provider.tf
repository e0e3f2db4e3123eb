terraform {
  required_providers {
    agyn = {
      source = "agynio/agyn"
    }
  }
}

# Both can be left out: they fall back to AGYN_GATEWAY and AGYN_TOKEN.
provider "agyn" {
  gateway = "https://agyn.example.com"
  token   = var.agyn_token
}

variable "agyn_token" {
  type      = string
  sensitive = true
}
