import {
  to = agyn_default_model.acme
  identity = {
    organization_id = "0198f2f0-7a3b-7c1d-9e2f-3a4b5c6d7e8f"
  }
}
