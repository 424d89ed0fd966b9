#!/usr/bin/env bash
# Compiles requirements.txt of both environments from their pyproject.toml.
set -euo pipefail
cd "$(dirname "$0")/.."
UV=$(command -v uv || echo "$PWD/.uv/bin/uv")
options=(--quiet --no-header --no-annotate --group dev)
"$UV" pip compile "${options[@]}" --no-emit-package torch --no-emit-package setuptools pyproject.toml -o requirements.txt
cd assistant && "$UV" pip compile "${options[@]}" pyproject.toml -o requirements.txt
