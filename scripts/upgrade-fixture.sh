#!/usr/bin/env bash
# Makes the fixture of a release's schema, by the server of the commit or tag FROM, or else by the one that is built.
# See api-server/src/test/resources/upgrades/README.md.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
from=${1:-}
server=$root/api-server/target/quarkus-app
if [ -n "$from" ]; then
  server=$("$root/scripts/server-of.sh" "$from")
fi
scratch=$(mktemp -d "${TMPDIR:-/tmp}/agyn-fixture.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
"$root/scripts/java-beside.sh" Fixture "$server" "$scratch" "$root/api-server/src/test/resources/upgrades"
