#!/usr/bin/env bash
# Builds the server of a commit or tag once, in a separate worktree below target/, and prints the path of its folder.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
commit=$(git -C "$root" rev-parse --short=12 --verify "$1^{commit}")
folder=$root/target/servers/$commit

if [ ! -e "$folder/quarkus-run.jar" ]; then
  tree=$root/target/worktrees/$commit
  git -C "$root" worktree prune
  [ -e "$tree" ] || git -C "$root" worktree add --quiet --detach "$tree" "$commit"
  # A leftover worktree would block the next one of the same name.
  trap 'git -C "$root" worktree remove --force "$tree"' EXIT
  (cd "$tree" && ./mvnw -q -B -ntp -pl api-server -am -Dmaven.test.skip=true package) >&2
  mkdir -p "${folder%/*}"
  rm -rf "$folder"
  cp -r "$tree/api-server/target/quarkus-app" "$folder"
fi
echo "$folder"
