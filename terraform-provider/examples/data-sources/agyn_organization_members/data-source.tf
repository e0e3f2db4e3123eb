data "agyn_organization_members" "all" {
  organization_id = data.agyn_organization.acme.id
}

output "owners" {
  value = [for member in data.agyn_organization_members.all.members : member.email if member.role == "owner"]
}
