import {
  to = agyn_secret.openai_key
  id = "0198f2f1-1b2c-7d3e-8f40-5a6b7c8d9e0f"
}
