#!/usr/bin/env bash
# Prints the home of a JDK 25 or later: JAVA_HOME, else the one on PATH, else the newest in the usual folders.
# Without a suitable JDK, prints one sentence on standard error and exits with 1.
set -u

wanted=25

major() {
  [ -x "$1/bin/javac" ] || return 1
  "$1/bin/javac" -version 2>&1 | sed -n 's/^javac \([0-9]*\).*/\1/p'
}

suffices() {
  local found
  found=$(major "$1") && [ -n "$found" ] && [ "$found" -ge "$wanted" ]
}

if [ -n "${JAVA_HOME:-}" ] && suffices "$JAVA_HOME"; then
  echo "$JAVA_HOME"
  exit 0
fi

on_path=$(command -v javac 2>/dev/null)
if [ -n "$on_path" ]; then
  while [ -L "$on_path" ]; do
    target=$(readlink "$on_path")
    case $target in
      /*) on_path=$target ;;
      *) on_path=$(dirname "$on_path")/$target ;;
    esac
  done
  home=$(cd "$(dirname "$on_path")/.." && pwd)
  if suffices "$home"; then
    echo "$home"
    exit 0
  fi
fi

best=''
best_major=0
for home in /usr/lib/jvm/* /opt/jdk* /opt/java/* "$HOME"/.sdkman/candidates/java/* "$HOME"/.jdks/* \
  /Library/Java/JavaVirtualMachines/*/Contents/Home /opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home; do
  if suffices "$home"; then
    found=$(major "$home")
    if [ "$found" -gt "$best_major" ]; then
      best=$home
      best_major=$found
    fi
  fi
done
if [ -n "$best" ]; then
  echo "$best"
  exit 0
fi

echo "No JDK $wanted or later found: install one (https://adoptium.net, or 'sdk install java $wanted-tem') or set JAVA_HOME to it." >&2
exit 1
