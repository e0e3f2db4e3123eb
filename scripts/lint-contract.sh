#!/usr/bin/env bash
# Fails if the contract breaks clients of the last release. CONTRIBUTING.md explains how to accept a break.
# Usage: lint-contract.sh <oasdiff command>
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
last=$root/openapi/last-release
commit=$(sed -n 's/^commit=//p' "$root/api-server/src/test/resources/upgrades/last-release.properties")

# A shallow clone lacks the release's commit.
if git -C "$root" cat-file -e "$commit:openapi/openapi.yaml" 2>/dev/null &&
  ! git -C "$root" show "$commit:openapi/openapi.yaml" | cmp -s - "$last/openapi.yaml"; then
  echo "openapi/last-release/openapi.yaml is not the contract of the last release, $commit: copy it from there." >&2
  exit 1
fi
"$@" breaking "$last/openapi.yaml" "$root/openapi/openapi.yaml" --fail-on ERR \
  --severity-levels "$last/severity-levels.txt" --err-ignore "$last/accepted.txt"
