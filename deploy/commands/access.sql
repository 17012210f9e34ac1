-- What gives a service the use of its database, for psql as superuser; every statement may be repeated.
-- Variables: service, password, connections, and overrides, an array of names of settings.
SET default_transaction_read_only = off;

SELECT format('ALTER SYSTEM RESET %I', name) FROM unnest(:'overrides'::text[]) AS name
WHERE name <> 'role' -- cannot be set for the server
\gexec
SELECT pg_reload_conf();

SELECT format('CREATE ROLE %I', :'service')
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'service') \gexec
ALTER ROLE :"service" LOGIN PASSWORD :'password' CONNECTION LIMIT :connections VALID UNTIL 'infinity';

SELECT format('CREATE DATABASE %I OWNER %1$I', :'service')
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'service') \gexec
ALTER DATABASE :"service" OWNER TO :"service";
ALTER DATABASE :"service" CONNECTION LIMIT -1 ALLOW_CONNECTIONS true;
REVOKE ALL ON DATABASE :"service" FROM PUBLIC;
GRANT ALL ON DATABASE :"service" TO :"service";

SELECT count(*) > 0 AS is_overridden
FROM pg_db_role_setting
    LEFT JOIN pg_roles AS role ON role.oid = setrole
    LEFT JOIN pg_database AS database ON database.oid = setdatabase
WHERE :'service' IN (rolname, datname) \gset
SELECT format(statement, :'service', name)
FROM unnest(:'overrides'::text[]) AS name, unnest(ARRAY[
    'ALTER ROLE %I RESET %I', 'ALTER DATABASE %I RESET %I', 'ALTER ROLE %I IN DATABASE %1$I RESET %2$I'
]) AS statement \gexec
-- A session keeps the settings that it began with; a service opens another.
\if :is_overridden
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = :'service';
\endif

\connect :"service"
SET default_transaction_read_only = off;
GRANT ALL ON SCHEMA public TO :"service";
