#!/usr/bin/env bash
# Makes both environments from their compiled requirements; does nothing when they are current.
# Needs Python 3 with venv or uv; uv finds or fetches Python 3.11 and 3.10.
set -euo pipefail
cd "$(dirname "$0")/.."
# uv does not read pip's find-links; without it, a machine with a local CPU build of torch would fetch CUDA's gigabytes.
export UV_FIND_LINKS="${UV_FIND_LINKS:-${PIP_FIND_LINKS:-}}"
[ -n "$UV_FIND_LINKS" ] || unset UV_FIND_LINKS

find_uv() {
  if command -v uv >/dev/null; then command -v uv; return; fi
  if [ ! -x .uv/bin/uv ]; then
    echo "  Installing uv into .uv" >&2
    python3 -m venv .uv >&2 || { echo "python3 -m venv failed: install python3-venv and try again." >&2; exit 1; }
    .uv/bin/pip install --quiet --disable-pip-version-check uv >&2
  fi
  echo "$PWD/.uv/bin/uv"
}

# Bytecode is compiled once, here: where Python may not write it, every start would compile thousands of modules.
# environment NAME FOLDER REQUIREMENT...: creates FOLDER/.venv and installs into it, unless its stamp is current.
environment() {
  local name=$1 folder=$2 stamp; shift 2
  stamp=$(sha256sum "$folder/requirements.txt" "$folder/pyproject.toml" | sha256sum)
  [ "$(cat "$folder/.venv/.stamp" 2>/dev/null)" = "$stamp" ] && return
  echo "  Installing the $name environment"
  (cd "$folder"; "$UV" venv --quiet --clear .venv; "$UV" pip install --quiet --compile-bytecode --python .venv -r requirements.txt "$@")
  echo "$stamp" > "$folder/.venv/.stamp"
}

UV=$(find_uv)
environment main . torch==2.13.0 -e .
environment assistant assistant
