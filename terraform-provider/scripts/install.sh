#!/usr/bin/env bash
# Puts the built provider into terraform's own folder of local plugins, so that a person's terraform init finds it.
set -eu

provider=$(cd "$(dirname "$0")/.." && pwd)
version=0.1.0
plugins=$HOME/.terraform.d/plugins/registry.terraform.io/agynio/agyn/$version/$(go env GOOS)_$(go env GOARCH)
mkdir -p "$plugins"
cp "$provider/bin/terraform-provider-agyn" "$plugins/terraform-provider-agyn_v$version"
echo "Installed agynio/agyn $version into $plugins; terraform init finds it there."
