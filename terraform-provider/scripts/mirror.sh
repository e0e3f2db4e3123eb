#!/usr/bin/env bash
# Lays the archives of a release out as a filesystem mirror, from which terraform init and tofu init install without a
# registry: mirror.sh <folder of archives> <mirror>.
set -eu

archives=$1
mirror=$2
found=
for archive in "$archives"/terraform-provider-agyn_*.zip; do
  [ -f "$archive" ] || break
  found=yes
  # OpenTofu looks for agynio/agyn under a registry of its own.
  for registry in registry.terraform.io registry.opentofu.org; do
    mkdir -p "$mirror/$registry/agynio/agyn"
    cp "$archive" "$mirror/$registry/agynio/agyn"
  done
done
[ -n "$found" ] || { echo "There is no archive of a release in $archives: make release-snapshot makes them." >&2; exit 1; }
echo "Laid $archives out in $mirror. In the CLI's configuration: provider_installation { filesystem_mirror { path = \"$mirror\" } }"
