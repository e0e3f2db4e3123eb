#!/usr/bin/env bash
# Generates the Go client from the contract. With --check, it changes nothing and fails if the committed client is out of date.
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
client=$root/terraform-provider/internal/client
generated=$(mktemp -d)
trap 'rm -rf "$generated"' EXIT

cd "$root"
./mvnw -B -ntp -q -pl openapi org.openapitools:openapi-generator-maven-plugin:generate@go-client \
  -Dgo-client.output="$generated" >"$generated/log" 2>&1 || { cat "$generated/log" >&2; exit 1; }
mkdir "$generated/client"
mv "$generated"/*.go "$generated/client"
gofmt -w "$generated/client"

if [ "${1:-}" = --check ]; then
  if ! diff -r "$client" "$generated/client"; then
    echo "The Go client does not match the contract: run make generate and commit the result." >&2
    exit 1
  fi
else
  rm -rf "$client"
  mv "$generated/client" "$client"
fi
