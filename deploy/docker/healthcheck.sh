#!/bin/bash
# The image's HEALTHCHECK, `healthcheck.sh PORT [PATH]`: the process answers PATH; without PATH, it answered /ready once
# and has answered /health since.
#
# Docker's health decides who belongs to the stack: Traefik forgets a container that is not healthy. Whether a member
# gets requests now is decided by Traefik's own check of /ready, every second. Were both the same, a service whose
# database is away would be forgotten, and its callers would not learn from the service itself what is missing.
#
# In bash, because starting Python costs thirty times as much, in every container.

been_ready=${TMPDIR:-/tmp}/has-been-ready
path=${2:-/ready}
if [[ -z $2 && -e $been_ready ]]; then
    path=/health
fi
exec 3<>"/dev/tcp/127.0.0.1/$1" || exit 1
printf 'GET %s HTTP/1.0\r\n\r\n' "$path" >&3
read -r -t 2 _ status _ <&3 || exit 1
[[ $status == 200 ]] || exit 1
: >"$been_ready"
