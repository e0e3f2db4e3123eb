terraform {
  required_providers {
    agyn = {
      source  = "agynio/agyn"
      version = "~> 1.0"
    }
  }
}

# Both are optional. The defaults come from AGYN_GATEWAY and AGYN_TOKEN.
provider "agyn" {
  gateway = "https://agyn.example.com"
  token   = var.agyn_token
}

variable "agyn_token" {
  type      = string
  sensitive = true
}
