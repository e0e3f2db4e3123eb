module github.com/agynio/agyn/terraform-provider/tools/opentofu

go 1.26.0
