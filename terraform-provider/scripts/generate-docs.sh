#!/usr/bin/env bash
# Generates docs/ from the schema, examples/ and templates/. With --check, it changes nothing and fails if docs/ is out of date.
set -eu

provider=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# tfplugindocs would download a Terraform to read the schema.
(cd "$provider" && go run ./internal/docs >"$work/schema.json")

generated=$provider/docs
if [ "${1:-}" = --check ]; then
  mkdir "$work/provider"
  cp -r "$provider/examples" "$provider/templates" "$work/provider"
  generated=$work/provider/docs
fi
(cd "$provider/tools/docs" && go build -o "$work/tfplugindocs" github.com/hashicorp/terraform-plugin-docs/cmd/tfplugindocs)
"$work/tfplugindocs" generate --provider-dir "$(dirname "$generated")" --provider-name agyn --rendered-provider-name Agyn \
  --providers-schema "$work/schema.json" >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
if [ "${1:-}" = --check ] && ! diff -r "$provider/docs" "$generated"; then
  echo "The provider's documentation does not match its schema: run make generate and commit the result." >&2
  exit 1
fi
