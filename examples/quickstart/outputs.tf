output "organization_id" {
  description = "The id of the organization, which the REST API's paths begin with."
  value       = agyn_organization.acme.id
}
