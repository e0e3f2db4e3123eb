#!/usr/bin/env bash
# Generates docs/ from the schema, examples/ and templates/. With --check, it changes nothing and fails if docs/ is out of date.
set -eu

provider=$(cd "$(dirname "$0")/.." && pwd)
terraform=$("$provider/scripts/terraform-path.sh")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# tfplugindocs would download a Terraform to read the schema.
(cd "$provider" && go build -o "$work/plugin/terraform-provider-agyn" .)
cat >"$work/terraform.tfrc" <<TFRC
provider_installation {
  dev_overrides {
    "agynio/agyn" = "$work/plugin"
  }
  direct {}
}
TFRC
mkdir "$work/schema"
cat >"$work/schema/main.tf" <<TF
terraform {
  required_providers {
    agyn = {
      source = "agynio/agyn"
    }
  }
}
TF
(cd "$work/schema" && TF_CLI_CONFIG_FILE=$work/terraform.tfrc "$terraform" providers schema -json >"$work/schema.json")
# tfplugindocs expects this name.
sed -E 's#registry\.[a-z]+\.(io|org)/agynio/agyn#registry.terraform.io/hashicorp/agyn#' "$work/schema.json" >"$work/named.json"

generated=$provider/docs
if [ "${1:-}" = --check ]; then
  mkdir "$work/provider"
  cp -r "$provider/examples" "$provider/templates" "$work/provider"
  generated=$work/provider/docs
fi
(cd "$provider/tools/docs" && go build -o "$work/tfplugindocs" github.com/hashicorp/terraform-plugin-docs/cmd/tfplugindocs)
"$work/tfplugindocs" generate --provider-dir "$(dirname "$generated")" --provider-name agyn --rendered-provider-name Agyn \
  --providers-schema "$work/named.json" >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
# Only some versions of Terraform export list resources, and the documentation must not depend on the version.
rm -rf "$generated/list-resources"

if [ "${1:-}" = --check ] && ! diff -r "$provider/docs" "$generated"; then
  echo "The provider's documentation does not match its schema: run make generate and commit the result." >&2
  exit 1
fi
