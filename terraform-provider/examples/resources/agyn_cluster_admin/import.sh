terraform import agyn_cluster_admin.ada '<identity_id>'
