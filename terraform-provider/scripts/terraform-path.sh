#!/usr/bin/env bash
# Prints the path of the Terraform to use: TF_ACC_TERRAFORM_PATH, else terraform or tofu on PATH, else OpenTofu, which this script
# builds once from its Go module. With --tofu, it always prints an OpenTofu.
set -eu

names="terraform tofu"
if [ "${1:-}" = --tofu ]; then
  names=tofu
elif [ -n "${TF_ACC_TERRAFORM_PATH:-}" ]; then
  echo "$TF_ACC_TERRAFORM_PATH"
  exit 0
fi
for name in $names; do
  if command -v "$name" >/dev/null; then
    command -v "$name"
    exit 0
  fi
done

tools=$(cd "$(dirname "$0")/../tools/opentofu" && pwd)
version=$(sed -n 's|.*github.com/opentofu/opentofu \(v[^ ]*\).*|\1|p' "$tools/go.mod")
tofu=${XDG_CACHE_HOME:-$HOME/.cache}/agyn/opentofu-$version/tofu
if [ ! -x "$tofu" ]; then
  echo "Found no ${names// / or } on PATH. Building OpenTofu $version once, which takes some minutes." >&2
  mkdir -p "$(dirname "$tofu")"
  (cd "$tools" && go build -ldflags "-X github.com/opentofu/opentofu/version.dev=no" -o "$tofu.$$" github.com/opentofu/opentofu/cmd/tofu)
  mv "$tofu.$$" "$tofu"
fi
echo "$tofu"
