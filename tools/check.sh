#!/usr/bin/env bash
# What `make test` and CI run, once set up: format, lint, types, floors, corpus, tests.
set -euo pipefail
cd "$(dirname "$0")/.."
PATH="$PWD/.venv/bin:$PATH"
ruff format --check .
ruff check .
mypy
lint-imports
bitaraf data check
python -m pytest "$@"
