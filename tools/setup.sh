#!/usr/bin/env bash
# Sets up .venv with what scoring needs, or with the extras named: tools/setup.sh [training] [test]
# Finds a fitting Python by itself; does nothing where everything is there already.
set -euo pipefail
cd "$(dirname "$0")/.."
venv=.venv

fits() { # a Python that runs, is 3.12 or 3.13, and can make environments
    "$1" -c 'import sys, venv, ensurepip; sys.exit(not (3, 12) <= sys.version_info[:2] < (3, 14))' \
        >/dev/null 2>&1
}

find_python() {
    local candidate
    for candidate in ${BITARAF_PYTHON:-} python3.13 python3.12 python3 \
        "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.1[23].*/bin/python; do
        if command -v "$candidate" >/dev/null 2>&1 && fits "$candidate"; then
            command -v "$candidate"
            return
        fi
    done
    if command -v uv >/dev/null 2>&1; then
        candidate=$(uv python find '>=3.12,<3.14' 2>/dev/null || true)
        if [ -z "$candidate" ] && uv python install 3.13 >/dev/null 2>&1; then
            candidate=$(uv python find 3.13 2>/dev/null || true)
        fi
        [ -n "$candidate" ] && fits "$candidate" && echo "$candidate" && return
    fi
    return 1
}

if [ ! -x "$venv/bin/python" ] || ! fits "$venv/bin/python"; then
    if ! python=$(find_python); then
        echo "Bitaraf needs Python 3.12 or 3.13 with venv, and found none: not on the PATH, not" >&2
        echo "under ~/.pyenv, not through uv. Install one (python.org, 'apt install python3.12-venv'," >&2
        echo "'pyenv install 3.13' or 'uv python install 3.13') and run the command again, or name" >&2
        echo "one: BITARAF_PYTHON=/path/to/python make serve" >&2
        exit 1
    fi
    echo "Setting up $venv with $("$python" --version)"
    rm -rf "$venv"
    "$python" -m venv "$venv"
fi

extras=$(IFS=,; echo "$*")
# What was installed last, for these inputs; the same again means nothing to do.
wanted="$extras $(cat pyproject.toml constraints.txt | cksum) $(pwd)"
stamp="$venv/.installed-${extras:-base}"
if [ "$(cat "$stamp" 2>/dev/null)" != "$wanted" ]; then
    echo "Installing ${extras:+what training and tests need, }what scoring needs ..."
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check \
        --constraint constraints.txt --editable ".${extras:+[$extras]}"
    echo "$wanted" >"$stamp"
fi
case " $* " in *" test "*) "$venv/bin/python" tools/setup_browser.py ;; esac
"$venv/bin/bitaraf" model build
