#!/usr/bin/env bash
# Demonstrates sign-in with an identity provider: a temporary Keycloak, server and PostgreSQL, which it deletes at the end. Needs
# `make build`. In a terminal it waits at the end, so that you can sign in to the Console. Exits with 0 only if every step succeeded.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
java=$("$root/scripts/find-jdk.sh")/bin/java
keycloak_home=$("$root/scripts/find-keycloak.sh")
command -v curl >/dev/null || { echo "The demo needs curl, which is not installed." >&2; exit 1; }

# The user's own settings must not affect the server.
for variable in $(compgen -e | grep -E '^(AGYN|KC)_' || true); do
  unset "$variable"
done

clean_up() {
  local status=$?
  trap '' INT TERM HUP
  for process in "$server" "$provider" "$keycloak"; do
    [ -z "$process" ] || kill "$process" 2>/dev/null || true
  done
  [ -z "$server" ] || wait "$server" || true
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

# await FILE PATTERN PROCESS: waits until a line of a file starts with the pattern.
await() {
  until grep -q "^$2" "$1" 2>/dev/null; do
    kill -0 "$3" 2>/dev/null || fail "a process ended: $(tail -n 20 "$1")"
    sleep 0.2
  done
}

# use_token TOKEN: calls of api and status use it from now on. It is in a file, since all users of a machine can read arguments.
use_token() { (umask 077 && printf 'header = "Authorization: Bearer %s"\n' "$1" >"$work/curl.conf"); }

# api PATH [ARGUMENT]...: calls the API.
api() {
  local path=$1
  shift
  curl --silent --show-error --fail-with-body --config "$work/curl.conf" --header 'Content-Type: application/json' \
    "$AGYN_GATEWAY/api/v1$path" "$@"
}

# call: calls the model through the LLM Proxy, and prints the status.
call() {
  curl --silent --output "$work/response" --write-out '%{http_code}\n' --config "$work/curl.conf" \
    --header 'Content-Type: application/json' --data '{"model": "gpt-4o", "input": "Hello"}' "$AGYN_GATEWAY/v1/responses"
}

# field NAME: prints a field of the only object in a JSON response.
field() { sed -n 's/.*"'"$1"'":"\{0,1\}\([^",}]*\).*/\1/p'; }

# token FIELD...: gets an access token from Keycloak.
token() {
  local arguments=() each
  for each in "$@"; do arguments+=(--data-urlencode "$each"); done
  curl --silent --show-error --fail-with-body "$ISSUER/protocol/openid-connect/token" "${arguments[@]}" \
    --data-urlencode client_secret="$CLIENT_SECRET" | field access_token
}

bold='' plain=''
if [ -t 1 ]; then
  bold=$(printf '\033[1m') plain=$(printf '\033[0m')
fi
server='' provider='' keycloak=''
work=$(mktemp -d "${TMPDIR:-/tmp}/agyn-demo.XXXXXX")
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
jar=$(echo "$root"/scripted-provider/target/agyn-scripted-provider-*.jar)

heading "1. Start Keycloak with the realm acme"
"$java" -cp "$jar" io.agyn.keycloak.Main "$keycloak_home" "$work/keycloak.log" >"$work/keycloak" 2>&1 &
keycloak=$!
await "$work/keycloak" PASSWORD= "$keycloak"
ISSUER=$(sed -n 's/^ISSUER=//p' "$work/keycloak")
CLIENT_SECRET=$(sed -n 's/^CLIENT_SECRET=//p' "$work/keycloak")
PASSWORD=$(sed -n 's/^PASSWORD=//p' "$work/keycloak")
say "Its issuer is $ISSUER. The users are ada, in the group agyn-admins, and grace."

heading "2. Start a server that trusts it"
(umask 077 && printf '%s' "$CLIENT_SECRET" >"$work/client-secret")
AGYN_DATA_DIR=$work/data AGYN_HTTP_PORT=0 AGYN_OIDC_ISSUER=$ISSUER AGYN_OIDC_CLIENT_ID=agyn \
  AGYN_OIDC_CLIENT_SECRET_FILE=$work/client-secret AGYN_OIDC_DISPLAY_NAME=Keycloak AGYN_OIDC_ALLOW_HTTP=on \
  AGYN_OIDC_CLUSTER_ADMIN_GROUP=agyn-admins "$root/api-server/bin/agyn-server" >"$work/server.log" 2>&1 &
server=$!
until [ -f "$work/data/base-url" ]; do
  kill -0 "$server" 2>/dev/null || fail "the server did not start: $(cat "$work/server.log")"
  sleep 0.1
done
AGYN_GATEWAY=$(cat "$work/data/base-url")
await "$work/server.log" '.*The identity provider .* is available' "$server"
say "It is ready at $AGYN_GATEWAY."

heading "3. Ada's access token: the first call creates her user, a cluster admin by her group"
use_token "$(token grant_type=password client_id=agyn scope=openid username=ada password="$PASSWORD")"
api /me
say
[ "$(api /me | field role)" = cluster_admin ] || fail "ada is not a cluster admin"
"$java" --sun-misc-unsafe-memory-access=allow -jar "$jar" --port 0 >"$work/provider.log" 2>&1 &
provider=$!
await "$work/provider.log" http "$provider"
origin=$(grep -m 1 '^http' "$work/provider.log")
organization=$(api /organizations -d '{"name": "Acme"}' | field id)
llm_provider=$(api "/organizations/$organization/llm-providers" \
  -d '{"name": "openai", "endpoint": "'"$origin"'/v1", "protocol": "responses", "auth_method": "bearer", "token": "sk-example"}' | field id)
api "/organizations/$organization/models" \
  -d '{"name": "gpt-4o", "provider_id": "'"$llm_provider"'", "remote_model_name": "gpt-4o"}' >/dev/null
say "She created an organization with a model."

heading "4. A service account calls the model with its access token"
cp "$work/curl.conf" "$work/ada.conf"
use_token "$(token grant_type=client_credentials client_id=ci)"
service=$(api /me | field id)
cp "$work/curl.conf" "$work/ci.conf"
cp "$work/ada.conf" "$work/curl.conf"
api "/organizations/$organization/members" -d '{"user_id": "'"$service"'", "role": "member"}' >/dev/null
cp "$work/ci.conf" "$work/curl.conf"
status=$(call)
say "The call returned $status."
[ "$status" = 200 ] || fail "the call returned $status: $(cat "$work/response")"

if [ -t 0 ] && [ -t 1 ]; then
  heading "5. Sign in to the Console"
  say "Open $AGYN_GATEWAY and sign in as ada or grace with the password $PASSWORD. Press Enter to end."
  read -r _
fi
