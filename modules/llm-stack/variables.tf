variable "organization" {
  description = "The organization to create. The default slug is derived from the name."
  type = object({
    name = string
    slug = optional(string)
  })
  default = null
}

variable "organization_id" {
  description = "The id of an existing organization, instead of organization."
  type        = string
  default     = null

  validation {
    condition     = (var.organization_id == null) != (var.organization == null)
    error_message = "Set either organization or organization_id."
  }
}

variable "llm_providers" {
  description = "The LLM providers by name. With a credentials_version, credentials are sent only when it changes; without one, whenever they change."
  type = map(object({
    endpoint            = string
    protocol            = optional(string, "responses")
    auth_method         = optional(string, "bearer")
    websocket           = optional(string)
    credentials_version = optional(number)
  }))
}

variable "api_keys" {
  description = "The API keys by LLM provider, for the auth methods bearer and x_api_key. They are not in the state."
  type        = map(string)
  default     = {}
  ephemeral   = true
  sensitive   = true
}

variable "custom_headers" {
  description = "The headers by LLM provider, for the auth method custom_headers. They are not in the state."
  type        = map(map(string))
  default     = {}
  ephemeral   = true
  sensitive   = true
}

variable "models" {
  description = "The models by the name that agents call. The default remote_model_name is the same name."
  type = map(object({
    llm_provider       = string
    remote_model_name  = optional(string)
    alias              = optional(string)
    keep_alive_seconds = optional(number)
  }))

  validation {
    condition     = alltrue([for model in var.models : contains(keys(var.llm_providers), model.llm_provider)])
    error_message = "Each model's llm_provider must be a name in llm_providers."
  }
}
