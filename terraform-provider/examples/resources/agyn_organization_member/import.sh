terraform import agyn_organization_member.payments '<organization_id>/<user_id>'
