#!/usr/bin/env bash
# Creates the upgrade fixture of a release's schema with the server of the commit or tag FROM, by default the built one.
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
"$root/scripts/run-upgrade-program.sh" Fixture "$server" "$scratch" "$root/api-server/src/test/resources/upgrades"
