#!/usr/bin/env bash
# Uses the REST API with curl: creates an organization, a secret, an LLM provider and a model, rotates the secret, adds a member
# and reads the audit log. Deletes everything at the end, also if a step fails.
set -euo pipefail

: "${AGYN_GATEWAY:?Set AGYN_GATEWAY to the address of the server, e.g. http://127.0.0.1:8080}"
: "${AGYN_TOKEN:?Set AGYN_TOKEN to an API token}"
api=$AGYN_GATEWAY/api/v1

# call METHOD PATH [BODY]: prints the response body, or prints the problem to standard error.
# curl reads the token and the body from file descriptors, because all users of a machine can see the arguments of a command.
call() {
  local response
  if ! response=$(printf '%s' "${3-}" | curl --silent --show-error --fail-with-body --request "$1" "$api$2" \
    --config <(printf 'header = "Authorization: Bearer %s"\n' "$AGYN_TOKEN") \
    ${3+--header "Content-Type: application/json" --data-binary @-}); then
    echo "$1 $2 failed: $response" >&2
    return 1
  fi
  echo "$response"
}

# create PATH BODY: creates an object, sets $id, and remembers it for clean_up.
created=()
create() {
  local response
  echo "POST $1"
  response=$(call POST "$1" "$2")
  echo "  $response"
  id=$(echo "$response" | sed 's/.*"id":"\([^"]*\)".*/\1/')
  created=("$1/$id" ${created[@]+"${created[@]}"})
}

# Deletes in reverse order, because the server does not delete objects in use.
clean_up() {
  local status=$? path
  for path in ${created[@]+"${created[@]}"}; do
    echo "DELETE $path"
    call DELETE "$path" >/dev/null || status=1
  done
  exit "$status"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

create /organizations '{"name": "Acme by curl"}'
organization=/organizations/$id

create "$organization/secrets" '{"name": "openai-api-key", "value": "sk-example-curl"}'
secret=$id

create "$organization/llm-providers" '{
  "name": "openai-prod",
  "endpoint": "https://api.openai.com/v1",
  "protocol": "responses",
  "auth_method": "bearer",
  "token_secret_id": "'"$secret"'"
}'
provider=$id

create "$organization/models" '{
  "name": "gpt-4o",
  "provider_id": "'"$provider"'",
  "remote_model_name": "gpt-4o-2024-08-06"
}'

echo "GET $organization/llm-providers?name=openai-prod"
echo "  $(call GET "$organization/llm-providers?name=openai-prod")"

# PUT replaces the whole object. The version increases and the fingerprint changes. The response never contains the value.
echo "PUT $organization/secrets/$secret"
echo "  $(call PUT "$organization/secrets/$secret" '{"name": "openai-api-key", "value": "sk-example-curl-rotated"}')"

# Members call the models of an organization and cannot read credentials.
create /users '{"name": "Payments agent", "email": "payments-by-curl@acme.example"}'
echo "POST $organization/members"
echo "  $(call POST "$organization/members" '{"user_id": "'"$id"'", "role": "member"}')"

# The audit log records each write, newest first: user, operation, time and address, never a value.
echo "GET $organization/audit-events"
echo "  $(call GET "$organization/audit-events?page_size=3")"
