#!/usr/bin/env bash
# Run by the image of PostgreSQL when its volume is new: a database and a role for each service.
set -euo pipefail

for service in auth users tiles; do
    psql --no-psqlrc --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" \
        --set service="$service" --set password="$(<"/run/secrets/postgres_$service")" <<'SQL'
CREATE ROLE :"service" LOGIN PASSWORD :'password';
CREATE DATABASE :"service" OWNER :"service";
REVOKE ALL ON DATABASE :"service" FROM PUBLIC;
SQL
done
