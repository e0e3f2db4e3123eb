#!/usr/bin/env bash
# Demonstrates the main features on a temporary server, PostgreSQL and folder, and deletes them at the end. Needs
# `make build`. Exits with 0 only if every step succeeded.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
java=$("$root/scripts/find-jdk.sh")/bin/java
terraform=$("$root/terraform-provider/scripts/terraform-path.sh")
openbao=$("$root/scripts/find-openbao.sh")
command -v curl >/dev/null || { echo "The demo needs curl, which is not installed." >&2; exit 1; }

# The user's own settings must not affect these servers.
for variable in $(compgen -e | grep -E '^(AGYN|TF|BAO|VAULT)_' || true); do
  unset "$variable"
done

# Runs at every exit: success, a failed step, Ctrl-C. A second Ctrl-C must not leave a server running.
clean_up() {
  local status=$? postgres
  trap '' INT TERM HUP
  postgres=$(head -1 "$work/data/postgres/postmaster.pid" 2>/dev/null || true)
  if [ -n "$server" ] && kill "$server" 2>/dev/null; then
    printf '\nStopping the server and its PostgreSQL.\n'
    wait "$server" || true
  fi
  [ -z "$provider" ] || kill "$provider" 2>/dev/null || true
  [ -z "$vault" ] || kill "$vault" 2>/dev/null || true
  if [ -n "$postgres" ] && kill "$postgres" 2>/dev/null; then
    echo "The server left its PostgreSQL running (process $postgres); it is stopped now." >&2
    status=1
  fi
  cd "$root"
  rm -rf "$work"
  if [ "$status" -eq 0 ]; then
    heading "Done; everything is cleaned up"
  else
    echo "The demo failed." >&2
  fi
  exit "$status"
}

heading() { printf '\n%s== %s ==%s\n' "$bold" "$*" "$plain"; }
say() { printf '%s\n' "$*"; }
fail() {
  printf 'The demo failed: %s\n' "$*" >&2
  exit 1
}

# shown COMMAND...: prints a command, then runs it.
shown() {
  printf '\n%s$ %s%s\n' "$bold" "$*" "$plain"
  "$@"
}

terraform() { "$terraform" "$@"; }

# get PATH: calls the API. The token is in a file, since all users of a machine can read arguments.
get() { curl --silent --show-error --fail-with-body --config "$work/curl.conf" "$AGYN_GATEWAY/api/v1$1"; }

# field NAME: prints a field of the only object in a JSON response.
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

# start_provider PORT KEY: starts a stand-in for OpenAI and Anthropic that accepts only this OpenAI key.
start_provider() {
  # Created here, before the background job writes it.
  : >"$work/provider.log"
  "$java" --sun-misc-unsafe-memory-access=allow -jar "$root"/scripted-provider/target/agyn-scripted-provider-*.jar \
    --port "$1" --accept "authorization: Bearer $2" --accept 'x-api-key: sk-ant-example-anthropic' \
    >"$work/provider.log" 2>&1 &
  provider=$!
  until origin=$(grep -m 1 '^http' "$work/provider.log"); do
    kill -0 "$provider" 2>/dev/null || fail "the scripted provider did not start: $(cat "$work/provider.log")"
    sleep 0.1
  done
}

# Starts an OpenBao in development mode, whose secrets are lost when it stops. Exports BAO_ADDR and BAO_TOKEN, its root token.
start_openbao() {
  local port
  until port=$((RANDOM % 20000 + 20000)) && ! (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do :; done
  export BAO_ADDR=http://127.0.0.1:$port BAO_TOKEN=root-of-the-demo
  "$openbao" server -dev -dev-no-store-token -dev-root-token-id="$BAO_TOKEN" -dev-listen-address="127.0.0.1:$port" \
    >"$work/openbao.log" 2>&1 &
  vault=$!
  # The mount of the secrets is the last step of its start.
  until "$openbao" read secret/config >/dev/null 2>&1; do
    kill -0 "$vault" 2>/dev/null || fail "OpenBao did not start: $(cat "$work/openbao.log")"
    sleep 0.1
  done
}

bao() { "$openbao" "$@"; }

# ask PATH BODY [HEADER]...: calls a model through the LLM Proxy, as an agent does.
ask() {
  local path=$1 body=$2 header headers=()
  shift 2
  for header in "$@"; do headers+=(--header "$header"); done
  curl --silent --show-error --no-buffer --config "$work/curl.conf" --header 'Content-Type: application/json' \
    ${headers[@]+"${headers[@]}"} --data "$body" "$AGYN_GATEWAY$path"
}

# Terraform and OpenTofu look for agynio/agyn at different registries; both are configured to use a folder instead.
make_mirror() {
  local registry folder
  for registry in registry.terraform.io registry.opentofu.org; do
    folder=$work/mirror/$registry/agynio/agyn/1.0.0/$(go env GOOS)_$(go env GOARCH)
    mkdir -p "$folder"
    cp "$root/terraform-provider/bin/terraform-provider-agyn" "$folder/terraform-provider-agyn_v1.0.0"
  done
  printf 'provider_installation {\n  filesystem_mirror {\n    path = "%s"\n  }\n}\n' "$work/mirror" >"$work/terraform.tfrc"
  export TF_CLI_CONFIG_FILE=$work/terraform.tfrc TF_IN_AUTOMATION=1 TF_INPUT=0 CHECKPOINT_DISABLE=1
}

# Sets $version, $fingerprint, $storage, $read_version and $id from the secret openai-api-key.
read_secret() {
  local response
  response=$(get "/organizations/$organization/secrets?name=openai-api-key")
  version=$(echo "$response" | field version)
  fingerprint=$(echo "$response" | field fingerprint)
  storage=$(echo "$response" | field storage)
  read_version=$(echo "$response" | field read_version)
  id=$(echo "$response" | field id)
}

# await_read_version N: waits until the server has read this version of the secret openai-api-key.
await_read_version() {
  local attempts=0
  until read_secret && [ "$read_version" = "$1" ]; do
    attempts=$((attempts + 1))
    [ "$attempts" -lt 50 ] || fail "the server has read version $read_version of the key, not $1"
    sleep 0.1
  done
}

bold='' plain=''
if [ -t 1 ]; then
  bold=$(printf '\033[1m') plain=$(printf '\033[0m')
else
  export TF_CLI_ARGS=-no-color
fi
server=''
provider=''
vault=''
work=$(mktemp -d "${TMPDIR:-/tmp}/agyn-demo.XXXXXX")
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

heading "1. Start a server with a fresh PostgreSQL, in a fresh folder"
start_server
sed -n '/^Agyn is ready/,$p' "$work/server.log"

heading "2. Create two LLM providers, their keys and a model each, from examples/quickstart"
make_mirror
start_provider 0 sk-example-openai
say "A scripted provider at $origin stands in for the real clouds."
mkdir "$work/quickstart"
for file in "$root"/examples/quickstart/*.tf; do
  sed "s#https://api\.[a-z]*\.com#$origin#" "$file" >"$work/quickstart/${file##*/}"
done
cd "$work/quickstart"
shown terraform init
shown terraform plan -out=plan
shown terraform apply plan
organization=$(terraform output -raw organization_id)
terraform plan -detailed-exitcode >/dev/null || fail "terraform plans changes after apply"

heading "3. Read it back: with the Java SDK, and with curl"
say "The program in examples/java-sdk prints:"
say
"$java" -jar "$root/examples/java-sdk/target/java-sdk-example.jar" list | tee "$work/table"
for name in openai-api-key anthropic-api-key openai-prod anthropic-prod gpt-4o claude; do
  grep -q " $name " "$work/table" || fail "the table does not contain $name"
done
say
say "The REST API returns a provider without its credentials:"
printf '\n%s$ curl "$AGYN_GATEWAY/api/v1/organizations/%s/llm-providers?name=openai-prod"%s\n' "$bold" "$organization" "$plain"
get "/organizations/$organization/llm-providers?name=openai-prod" | tee "$work/provider"
say
grep -q '"model_count":1' "$work/provider" || fail "the provider does not count its model"

heading "4. Call the models, as agents do: plain, and as a stream"
printf '\n%s$ curl "$AGYN_GATEWAY/v1/responses" -d '"'"'{"model": "gpt-4o", "input": "Hello, world"}'"'"'%s\n' "$bold" "$plain"
ask /v1/responses '{"model": "gpt-4o", "input": "Hello, world"}' | tee "$work/response"
say
grep -q 'Hello from the scripted provider' "$work/response" || fail "the model did not respond"
grep -q '"model":"gpt-4o-2024-08-06"' "$work/response" || fail "the provider did not get its own model name"
printf '\n%s$ curl "$AGYN_GATEWAY/v1/messages" -d '"'"'{"model": "claude", …, "stream": true}'"'"'%s\n' "$bold" "$plain"
ask /v1/messages '{"model": "claude", "max_tokens": 64, "stream": true,
  "messages": [{"role": "user", "content": "Hello, world"}]}' 'anthropic-version: 2023-06-01' | tee "$work/response"
grep -q '"type":"message_stop"' "$work/response" || fail "the stream did not end"
ask /v1/messages '{"model": "claude", "max_tokens": 64, "messages": [{"role": "user", "content": "Hello, world"}]}' \
  >"$work/response"
grep -q 'Hello from the scripted provider' "$work/response" || fail "the model did not respond"

heading "5. Rotate OpenAI's key during a stream: change the secret's value in place"
ask /v1/responses '{"model": "gpt-4o", "input": "Hello, world", "stream": true}' \
  'x-scripted: events=10;every=500ms' >"$work/stream" &
stream=$!
until grep -q output_text.delta "$work/stream" 2>/dev/null; do sleep 0.1; done
read_secret
version_before=$version fingerprint_before=$fingerprint id_before=$id
export TF_VAR_openai_api_key=sk-example-rotated
say "TF_VAR_openai_api_key has a new value. Nothing else changes."
shown terraform apply -auto-approve
rotated=$(date +%s)
read_secret
say
say "version      $version_before -> $version"
say "fingerprint  $fingerprint_before -> $fingerprint"
[ "$id" = "$id_before" ] || fail "the secret was replaced"
[ "$version_before" = 1 ] && [ "$version" = 2 ] || fail "the version did not go from 1 to 2"
[ "$fingerprint" != "$fingerprint_before" ] || fail "the fingerprint did not change"
wait "$stream"
grep -q response.completed "$work/stream" || fail "the stream did not survive the rotation"
say
say "The stream finished with the old key. The next call uses the new key, which this provider does not know:"
until [ "$(date +%s)" -gt "$rotated" ]; do sleep 0.1; done
ask /v1/responses '{"model": "gpt-4o", "input": "Hello, world"}' | tee "$work/response"
say
grep -q invalid_api_key "$work/response" || fail "the next call did not use the new key"

heading "6. Read the usage"
printf '\n%s$ curl "$AGYN_GATEWAY/api/v1/organizations/%s/usage?group_by=model,outcome"%s\n' "$bold" "$organization" "$plain"
attempts=0
calls() { grep -o '"calls":[0-9]*' "$work/usage" | awk -F: '{ sum += $2 } END { print sum + 0 }'; }
until get "/organizations/$organization/usage?group_by=model,outcome" >"$work/usage" && [ "$(calls)" = 5 ]; do
  attempts=$((attempts + 1))
  [ "$attempts" -lt 50 ] || fail "the usage does not show five calls: $(cat "$work/usage")"
  sleep 0.2
done
cat "$work/usage"
say

heading "7. Move OpenAI's key to OpenBao, and rotate it there"
start_openbao
say "OpenBao, which has the API of HashiCorp Vault, runs at $BAO_ADDR. Its policy lets the server read keys, and nothing else."
shown bao kv put -mount=secret prod/openai api_key=sk-example-openai
printf 'path "secret/data/prod/*" {\n  capabilities = ["read"]\n}\n' >"$work/agyn.hcl"
shown bao policy write agyn "$work/agyn.hcl"
TF_VAR_openbao_token=$(bao token create -policy=agyn -orphan -period=24h -field=token)
export TF_VAR_openbao_token
cat >openbao.tf <<END
variable "openbao_token" {
  type      = string
  sensitive = true
}

resource "agyn_secret_provider" "openbao" {
  organization_id = agyn_organization.acme.id
  name            = "openbao"
  type            = "vault"
  config = {
    address = "$BAO_ADDR"
    token   = var.openbao_token
  }
}
END
sed 's#^  value  *= var\.openai_api_key$#  provider_id     = agyn_secret_provider.openbao.id\
  remote_path     = "secret/data/prod/openai"\
  remote_key      = "api_key"#' main.tf >"$work/main.tf"
mv "$work/main.tf" main.tf
say
say "In Terraform, a reference to OpenBao replaces the secret's value:"
say
sed -n '/"agyn_secret" "openai_key"/,/^}/p' main.tf
id_before=$id
shown terraform apply -auto-approve
read_secret
[ "$id" = "$id_before" ] || fail "the secret was replaced"
[ "$storage" = remote ] || fail "the secret is not remote"
terraform plan -detailed-exitcode >/dev/null || fail "terraform plans changes after apply"
# A change takes effect within a second.
sleep 1
say
say "The stored key is deleted. The next call reads the one in OpenBao:"
ask /v1/responses '{"model": "gpt-4o", "input": "Hello, world"}' | tee "$work/response"
say
grep -q 'Hello from the scripted provider' "$work/response" || fail "the call did not use the key in OpenBao"
await_read_version 1
say
say "Now the key is rotated in OpenBao, and the provider accepts only the new one. Terraform is not involved."
shown bao kv put -mount=secret prod/openai api_key=sk-example-rotated-in-openbao
kill "$provider"
wait "$provider" || true
start_provider "${origin##*:}" sk-example-rotated-in-openbao
say
say "One call still sends the old key. The provider's 401 makes the server read the key again:"
ask /v1/responses '{"model": "gpt-4o", "input": "Hello, world"}' | tee "$work/response"
say
grep -q invalid_api_key "$work/response" || fail "the call did not use the key in memory"
say
say "The next call sends the new key:"
ask /v1/responses '{"model": "gpt-4o", "input": "Hello, world"}' | tee "$work/response"
say
grep -q 'Hello from the scripted provider' "$work/response" || fail "the call did not use the new key in OpenBao"
await_read_version 2
terraform plan -detailed-exitcode >/dev/null || fail "terraform plans changes after a rotation in OpenBao"

heading "8. Plan an invalid configuration: a Host header in custom_headers"
mkdir "$work/rejected"
sed 's/"X-Cost-Center"/"Host"/' "$root/examples/custom-headers/main.tf" >"$work/rejected/main.tf"
cd "$work/rejected"
terraform init >/dev/null
if shown terraform plan 2>"$work/errors"; then
  fail "the plan was not rejected"
fi
cat "$work/errors"
grep -q 'Host' "$work/errors" && grep -q 'managed by the proxy' "$work/errors" || fail "the plan was rejected for another reason"
say
say "Terraform rejected it before creating anything, as it should."

heading "9. See it in the Console"
say "Open $AGYN_GATEWAY and sign in with the token in $work/data/admin-token."
if [ -t 0 ] && [ -t 1 ]; then
  say "Look around; press Ctrl-C to continue and clean up."
  looked=''
  # The server runs in the background and ignores Ctrl-C.
  trap 'looked=yes' INT
  until [ "$looked" ]; do sleep 1 || true; done
  trap 'exit 130' INT
fi

heading "10. Destroy everything"
cd "$work/quickstart"
shown terraform destroy -auto-approve
[ "$(get /organizations)" = '{"items":[],"next_page_token":null}' ] || fail "an organization is left"
