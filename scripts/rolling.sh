#!/usr/bin/env bash
# Runs the server of the commit or tag FROM beside the built one, on one database and under load, and fails where a call or a
# write does. FROM is the last tag, or else the last release by upgrades/last-release.properties.
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
# Before this setting was made, a server had to be told to start on newer tables.
variables=()
git -C "$root" grep -q ignore-future-migrations "$from" -- api-server/src/main/resources/application.properties ||
  variables=(QUARKUS_FLYWAY_IGNORE_FUTURE_MIGRATIONS=true)
# Servers that know this setting finish what they have begun when they are stopped.
drains=false
git -C "$root" grep -q shutdown-delay "$from" -- api-server/src/main/java && drains=true
scratch=$(mktemp -d "${TMPDIR:-/tmp}/agyn-rolling.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
"$root/scripts/java-beside.sh" Rolling "$old" "$root/api-server/target/quarkus-app" "$scratch" \
  "$drains" ${variables[@]+"${variables[@]}"}
