#!/usr/bin/env bash
# Puts the built provider into terraform's own folder of local plugins, so that a person's terraform init finds it.
set -eu

provider=$(cd "$(dirname "$0")/.." && pwd)
version=0.1.0
plugins=$HOME/.terraform.d/plugins
# OpenTofu looks for agynio/agyn under a registry of its own.
for registry in registry.terraform.io registry.opentofu.org; do
  folder=$plugins/$registry/agynio/agyn/$version/$(go env GOOS)_$(go env GOARCH)
  mkdir -p "$folder"
  cp "$provider/bin/terraform-provider-agyn" "$folder/terraform-provider-agyn_v$version"
done
echo "Installed agynio/agyn $version into $plugins, for terraform (registry.terraform.io) and tofu (registry.opentofu.org); init finds it there."
