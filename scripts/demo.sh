#!/usr/bin/env bash
# Shows the whole way through, on a server, a PostgreSQL and a folder of its own, which are gone afterwards. Wants what
# `make build` builds. Ends with 0 only where each step did what it should.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
java=$("$root/scripts/find-jdk.sh")/bin/java
terraform=$("$root/terraform-provider/scripts/terraform-path.sh")
command -v curl >/dev/null || { echo "The demo shows a call by curl, which is not installed: install it first." >&2; exit 1; }

# What is set for other work of whoever watches must not reach this server.
for variable in $(compgen -e | grep -E '^(AGYN|TF)_' || true); do
  unset "$variable"
done

# Runs whatever the end: success, a failed step, Ctrl-C. A second Ctrl-C must not leave a server behind.
clean_up() {
  local status=$? postgres
  trap '' INT TERM HUP
  postgres=$(head -1 "$work/data/postgres/postmaster.pid" 2>/dev/null || true)
  if [ -n "$server" ] && kill "$server" 2>/dev/null; then
    printf '\nStopping the server and its PostgreSQL.\n'
    wait "$server" || true
  fi
  if [ -n "$postgres" ] && kill "$postgres" 2>/dev/null; then
    echo "The server has left its PostgreSQL running (process $postgres), which is stopped now." >&2
    status=1
  fi
  cd "$root"
  rm -rf "$work"
  if [ "$status" -eq 0 ]; then
    heading "That was all, and nothing of it is left"
  else
    echo "The demo did not get to its end." >&2
  fi
  exit "$status"
}

heading() { printf '\n%s== %s ==%s\n' "$bold" "$*" "$plain"; }
say() { printf '%s\n' "$*"; }
fail() {
  printf 'This should not have happened: %s\n' "$*" >&2
  exit 1
}

# shown COMMAND...: shows a command as one would type it, then runs it.
shown() {
  printf '\n%s$ %s%s\n' "$bold" "$*" "$plain"
  "$@"
}

terraform() { "$terraform" "$@"; }

# get PATH: asks the API. The token is handed over by a file, since arguments can be read by every user of a machine.
get() { curl --silent --show-error --fail-with-body --config "$work/curl.conf" "$AGYN_GATEWAY/api/v1$1"; }

# field NAME: takes one field out of the only object in a JSON answer.
field() { sed -n 's/.*"'"$1"'":"\{0,1\}\([^",}]*\).*/\1/p'; }

start_server() {
  AGYN_DATA_DIR=$work/data AGYN_HTTP_PORT=0 "$root/api-server/bin/agyn-server" >"$work/server.log" 2>&1 &
  server=$!
  until [ -f "$work/data/base-url" ]; do
    if ! kill -0 "$server" 2>/dev/null; then
      cat "$work/server.log" >&2
      fail "the server did not start"
    fi
    sleep 0.1
  done
  AGYN_GATEWAY=$(cat "$work/data/base-url")
  AGYN_TOKEN=$(cat "$work/data/admin-token")
  export AGYN_GATEWAY AGYN_TOKEN
  (umask 077 && printf 'header = "Authorization: Bearer %s"\n' "$AGYN_TOKEN" >"$work/curl.conf")
}

# Terraform and OpenTofu look for agynio/agyn at registries of their own; both are told to look into a folder instead.
make_mirror() {
  local registry folder
  for registry in registry.terraform.io registry.opentofu.org; do
    folder=$work/mirror/$registry/agynio/agyn/0.1.0/$(go env GOOS)_$(go env GOARCH)
    mkdir -p "$folder"
    cp "$root/terraform-provider/bin/terraform-provider-agyn" "$folder/terraform-provider-agyn_v0.1.0"
  done
  printf 'provider_installation {\n  filesystem_mirror {\n    path = "%s"\n  }\n}\n' "$work/mirror" >"$work/terraform.tfrc"
  export TF_CLI_CONFIG_FILE=$work/terraform.tfrc TF_IN_AUTOMATION=1 TF_INPUT=0 CHECKPOINT_DISABLE=1
}

# Sets $version, $fingerprint and $id to those of the secret openai-api-key.
read_secret() {
  local answer
  answer=$(get "/organizations/$organization/secrets?name=openai-api-key")
  version=$(echo "$answer" | field version)
  fingerprint=$(echo "$answer" | field fingerprint)
  id=$(echo "$answer" | field id)
}

bold='' plain=''
if [ -t 1 ]; then
  bold=$(printf '\033[1m') plain=$(printf '\033[0m')
else
  export TF_CLI_ARGS=-no-color
fi
server=''
work=$(mktemp -d "${TMPDIR:-/tmp}/agyn-demo.XXXXXX")
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

heading "1. Start a server, on a PostgreSQL of its own, in a fresh folder"
start_server
sed -n '/^Agyn is ready/,$p' "$work/server.log"

heading "2. Register two LLM providers, their keys and a model on each, from examples/quickstart"
make_mirror
mkdir "$work/quickstart"
cp "$root"/examples/quickstart/*.tf "$work/quickstart"
cd "$work/quickstart"
shown terraform init
shown terraform plan -out=plan
shown terraform apply plan
organization=$(terraform output -raw organization_id)
terraform plan -detailed-exitcode >/dev/null || fail "terraform still sees something to change after apply"

heading "3. Read it back: with the Java SDK, and with curl"
say "The program in examples/java-sdk prints:"
say
"$java" -jar "$root/examples/java-sdk/target/java-sdk-example.jar" list | tee "$work/table"
for name in openai-api-key anthropic-api-key openai-prod anthropic-prod gpt-4o claude; do
  grep -q " $name " "$work/table" || fail "the table does not hold $name"
done
say
say "The REST API answers about a provider, without its credentials:"
printf '\n%s$ curl "$AGYN_GATEWAY/api/v1/organizations/%s/llm-providers?name=openai-prod"%s\n' "$bold" "$organization" "$plain"
get "/organizations/$organization/llm-providers?name=openai-prod" | tee "$work/provider"
say
grep -q '"model_count":1' "$work/provider" || fail "the provider does not count its model"

heading "4. Rotate OpenAI's key: another value for the secret, in place"
read_secret
version_before=$version fingerprint_before=$fingerprint id_before=$id
export TF_VAR_openai_api_key=sk-example-rotated
say "TF_VAR_openai_api_key has a new value. What else is registered stays untouched."
shown terraform apply -auto-approve
read_secret
say
say "version      $version_before -> $version"
say "fingerprint  $fingerprint_before -> $fingerprint"
[ "$id" = "$id_before" ] || fail "the secret was replaced"
[ "$version_before" = 1 ] && [ "$version" = 2 ] || fail "the version did not go from 1 to 2"
[ "$fingerprint" != "$fingerprint_before" ] || fail "the fingerprint stayed"

heading "5. Plan what cannot work: a Host header among custom_headers"
mkdir "$work/refused"
sed 's/"X-Cost-Center"/"Host"/' "$root/examples/custom-headers/main.tf" >"$work/refused/main.tf"
cd "$work/refused"
terraform init >/dev/null
if shown terraform plan 2>"$work/refusal"; then
  fail "the plan was not refused"
fi
cat "$work/refusal"
grep -q 'Host' "$work/refusal" && grep -q 'managed by the proxy' "$work/refusal" || fail "the plan was refused for another reason"
say
say "It was refused before anything was made, as it should be."

heading "6. Take it all back"
cd "$work/quickstart"
shown terraform destroy -auto-approve
[ "$(get /organizations)" = '{"items":[],"next_page_token":null}' ] || fail "an organization is left"
