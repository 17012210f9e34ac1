#!/bin/bash
# Install into /packages what every image has, or with a GROUP what one image has beyond that: install.sh [GROUP]
#
# Without bytecode, because each image gets that of what it imports. Without symbols for debuggers, which are nine tenths
# of some modules in C; libraries that a wheel brings along (*.libs) were patched and stay as they are.
set -euo pipefail

rm -rf /packages
python locked.py requirements.lock "$@" >chosen.lock
python -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --no-cache-dir --no-compile --no-deps \
    --only-binary=:all: --require-hashes --target=/packages --requirement=chosen.lock
find /packages -name '*.so' -not -path '*.libs/*' -exec strip --strip-debug {} +
