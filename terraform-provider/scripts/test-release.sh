#!/usr/bin/env bash
# Builds a snapshot release for this platform and tests it: the files that registries require exist, the checksums are correct and
# signed (with a temporary key, if gpg is installed), init installs it from a mirror, and the binary reports its version. The
# arguments are the command of goreleaser.
set -eu

provider=$(cd "$(dirname "$0")/.." && pwd)
terraform=$("$provider/scripts/terraform-path.sh")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
checksums=(sha256sum)
command -v sha256sum >/dev/null || checksums=(shasum -a 256)
os=$(go env GOOS)
arch=$(go env GOARCH)

cd "$provider"
"$@" check .goreleaser.yml
sed -e "s/^    goos: .*/    goos: [$os]/" -e "s/^    goarch: .*/    goarch: [$arch]/" -e "1i dist: $work/dist" .goreleaser.yml >"$work/goreleaser.yml"
skip=before
if command -v gpg >/dev/null; then
  export GNUPGHOME=$work/gnupg GPG_FINGERPRINT=release@agyn.example
  mkdir -m 700 "$GNUPGHOME"
  trap 'gpgconf --kill all; rm -rf "$work"' EXIT
  gpg --batch --quiet --passphrase '' --quick-generate-key "$GPG_FINGERPRINT" default default never
else
  skip=before,sign
fi
"$@" release --config "$work/goreleaser.yml" --snapshot --clean --skip=$skip

archive=$(ls "$work/dist"/terraform-provider-agyn_*_"${os}_$arch".zip)
version=$(basename "$archive" | cut -d_ -f2)
(cd "$work/dist" && cp "$provider/terraform-registry-manifest.json" "terraform-provider-agyn_${version}_manifest.json" &&
  grep -q "_manifest.json$" "terraform-provider-agyn_${version}_SHA256SUMS" &&
  grep -q "${os}_$arch.zip$" "terraform-provider-agyn_${version}_SHA256SUMS" &&
  "${checksums[@]}" --check "terraform-provider-agyn_${version}_SHA256SUMS" &&
  { [ "$skip" != before ] || gpg --batch --verify "terraform-provider-agyn_${version}_SHA256SUMS.sig" "terraform-provider-agyn_${version}_SHA256SUMS"; })

"$provider/scripts/mirror.sh" "$work/dist" "$work/mirror"
mkdir "$work/use"
cat >"$work/terraform.tfrc" <<TFRC
provider_installation {
  filesystem_mirror {
    path = "$work/mirror"
  }
}
TFRC
cat >"$work/use/main.tf" <<TF
terraform {
  required_providers {
    agyn = {
      source  = "agynio/agyn"
      version = "$version"
    }
  }
}
TF
(cd "$work/use" && TF_CLI_CONFIG_FILE=$work/terraform.tfrc "$terraform" init -no-color)
binary=$(find "$work/use/.terraform" -name "terraform-provider-agyn_v$version")
[ "$("$binary" -version)" = "terraform-provider-agyn $version" ] || { echo "The binary reports another version." >&2; exit 1; }
echo "1 passed, 0 failed"
