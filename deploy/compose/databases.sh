#!/usr/bin/env bash
# Run by the image of PostgreSQL when its volume is new: a database and a role for each service.
set -euo pipefail

# As in deploy/stack/connections.py.
declare -A connections=([auth]=90 [users]=90 [tiles]=200)

for service in auth users tiles; do
    psql --no-psqlrc --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" \
        --set service="$service" --set connections="${connections[$service]}" --set password="$(<"/run/secrets/postgres_$service")" <<'SQL'
CREATE ROLE :"service" LOGIN PASSWORD :'password' CONNECTION LIMIT :connections;
CREATE DATABASE :"service" OWNER :"service";
REVOKE ALL ON DATABASE :"service" FROM PUBLIC;
SQL
done
