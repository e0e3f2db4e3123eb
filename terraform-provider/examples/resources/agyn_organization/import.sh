terraform import agyn_organization.acme '<id>'
