terraform import agyn_limit.tokens '<id>'
