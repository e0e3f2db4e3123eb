#!/usr/bin/env bash
# Fuzzes each target of the provider for a time, such as 10m. Go writes the inputs of findings into testdata/fuzz of the target's
# package. Commit them, so that go test runs them from then on.
set -eu

cd "$(dirname "$0")/.."
grep -rl --include='*_test.go' '^func Fuzz' internal | while read -r file; do
  for target in $(sed -n 's/^func \(Fuzz[A-Za-z0-9]*\)(.*/\1/p' "$file"); do
    echo "== $target"
    go test -run '^$' -fuzz "^$target\$" -fuzztime "$1" -fuzzminimizetime 100x "./$(dirname "$file")" </dev/null
  done
done
