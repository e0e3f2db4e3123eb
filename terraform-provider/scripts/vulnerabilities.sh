#!/usr/bin/env bash
# Checks the provider for known vulnerabilities in code that it calls. The database is the Go module golang.org/x/vulndb, so that
# the check needs no host except the module proxy, and its result only changes with tools/vulnerabilities/go.mod. Update the
# database with: cd tools/vulnerabilities && go get golang.org/x/vulndb@latest
set -eu

provider=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cd "$provider/tools/vulnerabilities"
go build -o "$work" golang.org/x/vuln/cmd/govulncheck golang.org/x/vulndb/cmd/indexdb
"$work/indexdb" -vulns "$(go list -m -f '{{.Dir}}' golang.org/x/vulndb)/data/osv" -out "$work/database"

cd "$provider"
status=0
"$work/govulncheck" -db "file://$work/database" . >"$work/report" 2>&1 || status=$?
case $status in
  0) ;;
  3)
    if grep -q '^  Module: ' "$work/report"; then
      cat "$work/report" >&2
      echo "A dependency of the provider is vulnerable: update it with go get." >&2
      exit 1
    fi
    # The machine determines the version of Go, so this does not fail.
    echo "$(go env GOVERSION) has known vulnerabilities, so build releases with a newer Go:" $(sed -n 's/^Vulnerability #.*: //p' "$work/report")
    ;;
  *)
    cat "$work/report" >&2
    exit "$status"
    ;;
esac
