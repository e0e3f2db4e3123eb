data "agyn_llm_providers" "with_openai_key" {
  organization_id = data.agyn_organization.acme.id
  token_secret_id = data.agyn_secret.openai_key.id
}
