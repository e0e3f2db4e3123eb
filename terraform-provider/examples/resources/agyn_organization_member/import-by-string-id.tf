import {
  to = agyn_organization_member.payments
  id = "0198f2f0-7a3b-7c1d-9e2f-3a4b5c6d7e8f/0198f2f1-1b2c-7d3e-8f40-5a6b7c8d9e0f"
}
