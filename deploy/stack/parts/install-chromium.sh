#!/bin/sh
# Installs Debian's Chromium and a font for it, for the tests in a browser.
# Needs root. Does nothing when there is one already.
set -eu

if command -v chromium >/dev/null || command -v google-chrome >/dev/null; then exit 0; fi

export DEBIAN_FRONTEND=noninteractive
apt-get update --quiet
apt-get install --yes --quiet --no-install-recommends chromium fonts-dejavu-core
