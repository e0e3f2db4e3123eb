output "organization_id" {
  description = "The id of the organization, for the paths of the REST API."
  value       = agyn_organization.acme.id
}
