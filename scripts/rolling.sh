#!/usr/bin/env bash
# Runs the server of the commit or tag FROM alongside the built one, on one database and under load, and fails if a call or a
# write fails. FROM defaults to the last tag, or without tags to the release in upgrades/last-release.properties.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
from=${1:-}
if [ -z "$from" ]; then
  from=$(git -C "$root" describe --tags --abbrev=0 2>/dev/null) ||
    from=$(sed -n 's/^commit=//p' "$root/api-server/src/test/resources/upgrades/last-release.properties")
fi
echo "Old: $(git -C "$root" log -1 --format='%h %s' "$from")"
echo "New: $(git -C "$root" log -1 --format='%h %s')"
old=$("$root/scripts/server-of.sh" "$from")
# Older servers need this variable to start on a newer schema.
variables=()
git -C "$root" grep -q ignore-future-migrations "$from" -- api-server/src/main/resources/application.properties ||
  variables=(QUARKUS_FLYWAY_IGNORE_FUTURE_MIGRATIONS=true)
# Servers with this setting finish requests in flight before they stop.
drains=false
git -C "$root" grep -q shutdown-delay "$from" -- api-server/src/main/java && drains=true
scratch=$(mktemp -d "${TMPDIR:-/tmp}/agyn-rolling.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
"$root/scripts/run-upgrade-program.sh" Rolling "$old" "$root/api-server/target/quarkus-app" "$scratch" \
  "$drains" ${variables[@]+"${variables[@]}"}
