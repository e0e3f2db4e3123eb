terraform import agyn_api_token.payments '<id>'
