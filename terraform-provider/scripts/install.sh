#!/usr/bin/env bash
# Puts the built provider into terraform's own folder of local plugins, so that a person's terraform init finds it. Each
# build is a version of its own: a folder that was initialized with a version refuses the same version with another checksum.
set -eu

provider=$(cd "$(dirname "$0")/.." && pwd)
binary=$provider/bin/terraform-provider-agyn
version=0.1.$(date -r "$binary" +%s)
plugins=$HOME/.terraform.d/plugins
builds_kept=5
# OpenTofu looks for agynio/agyn under a registry of its own.
for registry in registry.terraform.io registry.opentofu.org; do
  folder=$plugins/$registry/agynio/agyn
  target=$folder/$version/$(go env GOOS)_$(go env GOARCH)
  mkdir -p "$target"
  cp "$binary" "$target/terraform-provider-agyn_v$version"
  find "$folder" -mindepth 1 -maxdepth 1 -name '0.1.??????????' | sort -r | tail -n "+$((builds_kept + 1))" |
    while read -r old; do rm -rf "$old"; done
done
echo "Installed agynio/agyn $version into $plugins, for terraform (registry.terraform.io) and tofu (registry.opentofu.org); init finds it there."
echo "A folder that is initialized goes on with its build, of which the last $builds_kept are kept; terraform init -upgrade takes this one."
