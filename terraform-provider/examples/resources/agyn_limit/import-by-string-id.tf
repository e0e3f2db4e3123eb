import {
  to = agyn_limit.tokens
  id = "0198f2f1-1b2c-7d3e-8f40-5a6b7c8d9e0f"
}
