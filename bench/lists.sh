#!/usr/bin/env bash
# Starts a server in a fresh folder, measures its lists, stops it.
set -eu
cd "$(dirname "$0")/.."

data=$(mktemp -d)
AGYN_DATA_DIR=$data AGYN_HTTP_PORT=0 "$JAVA_HOME/bin/java" -jar api-server/target/quarkus-app/quarkus-run.jar \
  >"$data/server.out" 2>&1 &
server=$!
trap 'kill "$server" 2>/dev/null; wait "$server" 2>/dev/null; rm -rf "$data"' EXIT

while [ ! -f "$data/base-url" ]; do
  kill -0 "$server" 2>/dev/null || { cat "$data/server.out" >&2; exit 1; }
  sleep 0.2
done
"$JAVA_HOME/bin/java" bench/Lists.java "$(cat "$data/base-url")" "$data/admin-token"
