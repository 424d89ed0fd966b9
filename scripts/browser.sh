#!/usr/bin/env bash
# Chromium for the browser tests: Debian's package, installed when neither CHROMIUM nor a chromium is there.
set -euo pipefail
[ -x "${CHROMIUM:-/usr/bin/chromium}" ] && exit 0
echo "  Installing Chromium"
run() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }
run apt-get update -qq
DEBIAN_FRONTEND=noninteractive run apt-get install -y -qq --no-install-recommends chromium fonts-liberation >/dev/null
