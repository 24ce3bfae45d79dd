-- Gives the roles of roles.sql the passwords that Compose hands to the database.
\set owner `cat /run/secrets/owner-password`
\set runner `cat /run/secrets/runner-password`
\set reader `cat /run/secrets/reader-password`
ALTER ROLE trawl_owner PASSWORD :'owner';
ALTER ROLE trawl_runner PASSWORD :'runner';
ALTER ROLE trawl_reader PASSWORD :'reader';
