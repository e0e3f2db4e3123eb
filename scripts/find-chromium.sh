#!/usr/bin/env bash
# Prints the path of a Chromium for the browser tests: CHROMIUM_PATH, or one on the PATH, or Debian's, which it installs
# if it has permission.
set -euo pipefail

found() {
    if [[ -n "${CHROMIUM_PATH:-}" ]]; then
        [[ -x "$CHROMIUM_PATH" ]] && echo "$CHROMIUM_PATH"
        return
    fi
    local name
    for name in chromium chromium-browser google-chrome google-chrome-stable; do
        command -v "$name" && return
    done
    return 1
}

if found; then
    exit
fi
if [[ -z "${CHROMIUM_PATH:-}" && $(id -u) -eq 0 ]] && command -v apt-get >/dev/null; then
    { apt-get update && apt-get install -y --no-install-recommends chromium; } >&2
    found && exit
fi
echo "The browser tests need a Chromium: install one (Debian: sudo apt-get install chromium; macOS: brew install --cask chromium), or set CHROMIUM_PATH to it." >&2
exit 1
