-- Three roles with no more rights than they need. Run it as a superuser, or as a role that may create roles and, in this database, schemas:
--
--   psql -v ON_ERROR_STOP=1 -f roles.sql postgresql://postgres@host/trawl
--
-- trawl_owner makes and migrates the tables (`trawl db migrate`), trawl_runner crawls, trawl_reader asks. Give them passwords with
-- \password, or log in by certificate or peer. The schema is the one that trawl uses where the URL names none.
--
-- It may be run again, and where the tables are there already: they are handed over to trawl_owner. That takes a superuser, or whoever owns them.
SELECT format('CREATE ROLE %I LOGIN', name)
FROM unnest(ARRAY['trawl_owner', 'trawl_runner', 'trawl_reader']) AS name
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec

-- A role that is no superuser has to be a member of trawl_owner to make what trawl_owner owns.
GRANT trawl_owner TO CURRENT_USER;

CREATE SCHEMA IF NOT EXISTS trawl AUTHORIZATION trawl_owner;
ALTER SCHEMA trawl OWNER TO trawl_owner;
-- Tables and views; then sequences, but those that go with a table; then functions.
SELECT format('ALTER TABLE %s OWNER TO trawl_owner', oid::regclass)
FROM pg_class
WHERE relnamespace = 'trawl'::regnamespace AND relkind IN ('r', 'p', 'v', 'm') AND relowner <> 'trawl_owner'::regrole \gexec
SELECT format('ALTER SEQUENCE %s OWNER TO trawl_owner', oid::regclass)
FROM pg_class
WHERE relnamespace = 'trawl'::regnamespace AND relkind = 'S' AND relowner <> 'trawl_owner'::regrole \gexec
SELECT format('ALTER ROUTINE %s OWNER TO trawl_owner', oid::regprocedure)
FROM pg_proc
WHERE pronamespace = 'trawl'::regnamespace AND proowner <> 'trawl_owner'::regrole \gexec

GRANT USAGE ON SCHEMA trawl TO trawl_runner, trawl_reader;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA trawl TO trawl_runner;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA trawl TO trawl_runner;
GRANT SELECT ON ALL TABLES IN SCHEMA trawl TO trawl_reader;

-- The same for what later versions add.
ALTER DEFAULT PRIVILEGES FOR ROLE trawl_owner IN SCHEMA trawl GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO trawl_runner;
ALTER DEFAULT PRIVILEGES FOR ROLE trawl_owner IN SCHEMA trawl GRANT USAGE ON SEQUENCES TO trawl_runner;
ALTER DEFAULT PRIVILEGES FOR ROLE trawl_owner IN SCHEMA trawl GRANT SELECT ON TABLES TO trawl_reader;

-- A reader's long query keeps old rows from being cleaned up.
ALTER ROLE trawl_reader SET statement_timeout = '60s';
ALTER ROLE trawl_reader SET idle_in_transaction_session_timeout = '60s';
REVOKE trawl_owner FROM CURRENT_USER;
