-- Three roles with no more rights than they need. Run it as the owner of the database:
--
--   psql -v ON_ERROR_STOP=1 -f roles.sql postgresql://postgres@host/trawl
--
-- trawl_owner makes and migrates the tables (`trawl db migrate`), trawl_runner crawls, trawl_reader asks. Give them passwords with
-- \password, or log in by certificate or peer. The schema is the one that trawl uses where the URL names none.
CREATE ROLE trawl_owner LOGIN;
CREATE ROLE trawl_runner LOGIN;
CREATE ROLE trawl_reader LOGIN;

CREATE SCHEMA IF NOT EXISTS trawl AUTHORIZATION trawl_owner;
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
