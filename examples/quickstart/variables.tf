# With these defaults, the example runs without changes. Remove them before you use real keys, so that Terraform asks for a missing
# key instead of sending a placeholder.

variable "openai_api_key" {
  description = "The OpenAI API key. Set TF_VAR_openai_api_key instead of editing this file."
  type        = string
  sensitive   = true
  default     = "sk-example-openai"
}

variable "anthropic_api_key" {
  description = "The Anthropic API key. Set TF_VAR_anthropic_api_key instead of editing this file."
  type        = string
  sensitive   = true
  default     = "sk-ant-example-anthropic"
}
