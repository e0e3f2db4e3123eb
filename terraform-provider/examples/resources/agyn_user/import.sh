terraform import agyn_user.payments '<id>'
