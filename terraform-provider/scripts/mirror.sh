#!/usr/bin/env bash
# Creates a filesystem mirror from the archives of a release, from which terraform init and tofu init install without a registry:
# mirror.sh <folder of archives> <mirror>.
set -eu

archives=$1
mirror=$2
found=
for archive in "$archives"/terraform-provider-agyn_*.zip; do
  [ -f "$archive" ] || break
  found=yes
  # OpenTofu has its own default registry.
  for registry in registry.terraform.io registry.opentofu.org; do
    mkdir -p "$mirror/$registry/agynio/agyn"
    cp "$archive" "$mirror/$registry/agynio/agyn"
  done
done
[ -n "$found" ] || { echo "$archives contains no release archives: create them with make release-snapshot." >&2; exit 1; }
echo "Created the mirror $mirror. Add to the CLI configuration: provider_installation { filesystem_mirror { path = \"$mirror\" } }"
