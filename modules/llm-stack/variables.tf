variable "organization" {
  description = "The organization to make. Without a slug, the server derives one from the name."
  type = object({
    name = string
    slug = optional(string)
  })
  default = null
}

variable "organization_id" {
  description = "The id of an organization that is there already, in place of organization."
  type        = string
  default     = null

  validation {
    condition     = (var.organization_id == null) != (var.organization == null)
    error_message = "Set either organization or organization_id."
  }
}

variable "llm_providers" {
  description = "The LLM providers by their names. Another credentials_version sets the credentials anew; without one, other credentials are noticed by themselves."
  type = map(object({
    endpoint            = string
    protocol            = optional(string, "responses")
    auth_method         = optional(string, "bearer")
    credentials_version = optional(number)
  }))
}

variable "api_keys" {
  description = "The keys of the LLM providers with the auth method bearer or x_api_key, by the providers' names. They are in no state."
  type        = map(string)
  default     = {}
  ephemeral   = true
  sensitive   = true
}

variable "custom_headers" {
  description = "The headers of the LLM providers with the auth method custom_headers, by the providers' names. They are in no state."
  type        = map(map(string))
  default     = {}
  ephemeral   = true
  sensitive   = true
}

variable "models" {
  description = "The models by the names that agents call. The name at the LLM provider is the same unless remote_model_name is set."
  type = map(object({
    llm_provider      = string
    remote_model_name = optional(string)
  }))

  validation {
    condition     = alltrue([for model in var.models : contains(keys(var.llm_providers), model.llm_provider)])
    error_message = "Each model's llm_provider must be a name in llm_providers."
  }
}
