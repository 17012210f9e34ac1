#!/bin/sh
# Installs Debian's rabbitmq-server for its programs only: no system node is started, now or at the next boot.
# Needs root. Does nothing when it is installed already.
set -eu

if [ -x /usr/lib/rabbitmq/bin/rabbitmq-server ]; then exit 0; fi

# Debian's packages ask policy-rc.d before they start a service; 101 means "do not".
policy=/usr/sbin/policy-rc.d
restore() {
    rm -f "$policy"
    if [ -e "$policy.before-tessera" ]; then mv "$policy.before-tessera" "$policy"; fi
}
if [ -e "$policy" ]; then mv "$policy" "$policy.before-tessera"; fi
trap restore EXIT
trap 'exit 1' INT TERM HUP
printf '#!/bin/sh\nexit 101\n' >"$policy"
chmod 755 "$policy"

export DEBIAN_FRONTEND=noninteractive
apt-get update --quiet
apt-get install --yes --quiet --no-install-recommends rabbitmq-server

if command -v systemctl >/dev/null; then
    systemctl disable --quiet rabbitmq-server.service epmd.service epmd.socket 2>/dev/null || true
fi
