#!/usr/bin/env bash
# Starts a packaged server in a fresh folder on a free port, runs a command, and stops the server. The command gets
# AGYN_GATEWAY, AGYN_TOKEN and AGYN_DATA_DIR. If the server does not start, its output is printed.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
data=$(mktemp -d)
# The user's own settings, such as a database, must not affect this server.
for variable in $(compgen -e AGYN_ || true); do
  unset "$variable"
done
AGYN_DATA_DIR=$data AGYN_HTTP_PORT=0 AGYN_API_RATE_LIMIT_ADDRESS=0 AGYN_API_RATE_LIMIT_TOKEN=0 "$root/api-server/bin/agyn-server" >"$data/server.out" 2>&1 &
server=$!
trap 'kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; rm -rf "$data"' EXIT

while [ ! -f "$data/base-url" ]; do
  kill -0 "$server" 2>/dev/null || { cat "$data/server.out" >&2; exit 1; }
  sleep 0.2
done
AGYN_GATEWAY=$(cat "$data/base-url")
AGYN_TOKEN=$(cat "$data/admin-token")
AGYN_DATA_DIR=$data
export AGYN_GATEWAY AGYN_TOKEN AGYN_DATA_DIR
"$@"
