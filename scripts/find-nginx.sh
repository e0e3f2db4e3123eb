#!/usr/bin/env bash
# Prints the path of an nginx for the load balancer tests: NGINX_PATH, or the one on the PATH, or Debian's, which it
# installs if it has permission.
set -euo pipefail

found() {
    if [[ -n "${NGINX_PATH:-}" ]]; then
        [[ -x "$NGINX_PATH" ]] && echo "$NGINX_PATH"
        return
    fi
    # Debian's path is not on every user's PATH.
    PATH="$PATH:/usr/sbin" command -v nginx
}

if found; then
    exit
fi
if [[ -z "${NGINX_PATH:-}" && $(id -u) -eq 0 ]] && command -v apt-get >/dev/null; then
    # The tests start it themselves; RUNLEVEL keeps the package from starting a service.
    { apt-get update && RUNLEVEL=1 apt-get install -y --no-install-recommends nginx-light; } >&2
    found && exit
fi
echo "The load balancer tests need nginx: install it (Debian: sudo apt-get install nginx-light; macOS: brew install nginx), or set NGINX_PATH to it." >&2
exit 1
