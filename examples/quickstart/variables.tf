# The defaults let the example run as it stands. Remove them before real keys go in: terraform then asks for a key that is
# missing, and never registers an example.

variable "openai_api_key" {
  description = "The API key at OpenAI. Set TF_VAR_openai_api_key rather than writing it down here."
  type        = string
  sensitive   = true
  default     = "sk-example-openai"
}

variable "anthropic_api_key" {
  description = "The API key at Anthropic. Set TF_VAR_anthropic_api_key rather than writing it down here."
  type        = string
  sensitive   = true
  default     = "sk-ant-example-anthropic"
}
