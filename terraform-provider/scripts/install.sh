#!/usr/bin/env bash
# Installs the built provider into Terraform's folder of local plugins, where terraform init finds it. Each build has its own
# version: an initialized folder rejects the same version with another checksum.
set -eu

provider=$(cd "$(dirname "$0")/.." && pwd)
binary=$provider/bin/terraform-provider-agyn
version=1.0.$(date -r "$binary" +%s)
plugins=$HOME/.terraform.d/plugins
builds_kept=5
# OpenTofu has its own default registry.
for registry in registry.terraform.io registry.opentofu.org; do
  folder=$plugins/$registry/agynio/agyn
  target=$folder/$version/$(go env GOOS)_$(go env GOARCH)
  mkdir -p "$target"
  cp "$binary" "$target/terraform-provider-agyn_v$version"
  find "$folder" -mindepth 1 -maxdepth 1 -name '1.0.??????????' | sort -r | tail -n "+$((builds_kept + 1))" |
    while read -r old; do rm -rf "$old"; done
done
echo "Installed agynio/agyn $version into $plugins, for terraform (registry.terraform.io) and tofu (registry.opentofu.org); init finds it there."
echo "Initialized folders keep their build until terraform init -upgrade. The last $builds_kept builds are kept."
