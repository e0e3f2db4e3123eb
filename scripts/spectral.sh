#!/usr/bin/env bash
# Runs Spectral, the linter of the contract, and installs it first if openapi/package-lock.json changed.
# openapi/.spectral.yaml has the rules.
set -eu

openapi=$(cd "$(dirname "$0")/../openapi" && pwd)
if ! command -v npm >/dev/null; then
  echo "npm is missing: install Node.js 20 or later, https://nodejs.org" >&2
  exit 1
fi
# npm writes .package-lock.json when it has installed everything.
if ! [ "$openapi/node_modules/.package-lock.json" -nt "$openapi/package-lock.json" ]; then
  (cd "$openapi" && npm ci --ignore-scripts --no-audit --no-fund --silent)
fi
exec "$openapi/node_modules/.bin/spectral" "$@"
