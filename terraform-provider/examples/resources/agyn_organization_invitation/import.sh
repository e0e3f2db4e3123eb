terraform import agyn_organization_invitation.ada '<id>'
