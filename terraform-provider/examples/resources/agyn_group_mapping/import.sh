terraform import agyn_group_mapping.payments '<id>'
