#!/usr/bin/env bash
# Registers an LLM provider by curl alone: an organization, a secret, a provider that uses it, a model; then rotates the
# secret, lets somebody in as a member, and reads the audit log. Takes away what it made, also where a step fails.
set -euo pipefail

: "${AGYN_GATEWAY:?Set AGYN_GATEWAY to the address of the server, e.g. http://127.0.0.1:8080}"
: "${AGYN_TOKEN:?Set AGYN_TOKEN to an API token}"
api=$AGYN_GATEWAY/api/v1

# call METHOD PATH [BODY]: prints the answer's body; an error's body, a problem, goes to standard error.
# Token and body are handed over by file descriptors, since a command's arguments can be read by every user of a machine.
call() {
  local answer
  if ! answer=$(printf '%s' "${3-}" | curl --silent --show-error --fail-with-body --request "$1" "$api$2" \
    --config <(printf 'header = "Authorization: Bearer %s"\n' "$AGYN_TOKEN") \
    ${3+--header "Content-Type: application/json" --data-binary @-}); then
    echo "$1 $2 failed: $answer" >&2
    return 1
  fi
  echo "$answer"
}

# create PATH BODY: creates, sets $id, and notes that it is to be deleted.
made=()
create() {
  local answer
  echo "POST $1"
  answer=$(call POST "$1" "$2")
  echo "  $answer"
  id=$(echo "$answer" | sed 's/.*"id":"\([^"]*\)".*/\1/')
  made=("$1/$id" ${made[@]+"${made[@]}"})
}

# In the reverse order of creation, since what is in use cannot be deleted.
clean_up() {
  local status=$? path
  for path in ${made[@]+"${made[@]}"}; do
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

# An update is the whole resource. The version rises, the fingerprint changes, the value is never answered.
echo "PUT $organization/secrets/$secret"
echo "  $(call PUT "$organization/secrets/$secret" '{"name": "openai-api-key", "value": "sk-example-curl-rotated"}')"

# Who belongs to an organization as a member calls its models and sees no credential.
create /users '{"name": "Payments agent", "email": "payments-by-curl@acme.example"}'
echo "POST $organization/members"
echo "  $(call POST "$organization/members" '{"user_id": "'"$id"'", "role": "member"}')"

# Each write of above, the newest first: who, what, when and from where; never a value.
echo "GET $organization/audit-events"
echo "  $(call GET "$organization/audit-events?page_size=3")"
