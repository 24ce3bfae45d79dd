"""What trawl says where a PostgreSQL server cannot be worked with: one line each, and exit code 3."""

import subprocess
import threading

from pgserver import Server


def refusals(trawl, folder, server):
    """Tries them all. Returns what was not as it should be."""
    failures = []
    with open(f"{folder}/job.yaml", "w") as job:
        job.write("name: refused\nurls: [http://127.0.0.1:1/]\nrobots: ignore\nretry: {attempts: 1}\n")

    def trial(what, url, status=3, words=None, command=("run", "job.yaml")):
        result = subprocess.run(
            [trawl, *command, "--db", url], cwd=folder, capture_output=True, text=True, timeout=120)
        lines = [line for line in result.stderr.splitlines() if line]
        print(f"{what}: exit {result.returncode}: {' / '.join(lines)}")
        if result.returncode != status:
            failures.append(f"{what}: exit {result.returncode}, not {status}")
        if words and not any(words in line for line in lines):
            failures.append(f"{what}: nothing says {words!r}")
        if status == 3 and len(lines) != 1:
            failures.append(f"{what}: {len(lines)} lines")

    trial("no server", "postgresql://trawl@127.0.0.1:1/postgres", words="cannot be reached")
    trial("no such database", server.url(database="none"), words="no such database")
    trial("no such role", server.url(user="nobody_here"), words="login")
    for role in ("bare", "reader", "unsequenced", "single"):
        server.rows(f"CREATE ROLE {role} LOGIN")
    trial("no right to create a schema", server.url(user="bare"), words="lacks a right")
    # Ten processes on an empty schema: one migrates it, and the others go on.
    results = []
    def migrate():
        results.append(subprocess.run(
            [trawl, "db", "migrate", "--db", server.url()], cwd=folder, capture_output=True, text=True))
    threads = [threading.Thread(target=migrate) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(f"ten migrators: exits {[result.returncode for result in results]}, versions "
          f"{server.rows('SELECT count(*) FROM faults.schema_version')[0][0]}")
    if any(result.returncode for result in results):
        failures.append("a migrator failed: " + next(r.stderr for r in results if r.returncode))
    server.rows("GRANT USAGE ON SCHEMA faults TO reader, unsequenced, single; "
                "GRANT SELECT ON ALL TABLES IN SCHEMA faults TO reader; "
                "GRANT ALL ON ALL TABLES IN SCHEMA faults TO unsequenced, single; "
                "GRANT ALL ON ALL SEQUENCES IN SCHEMA faults TO single")
    trial("a role that may only read", server.url(user="reader"), words="lacks a right")
    trial("a role without sequences", server.url(user="unsequenced"), words="lacks a right")
    server.rows("ALTER ROLE single CONNECTION LIMIT 1")
    trial("one connection", server.url(user="single"), words="no connection left")
    server.rows("UPDATE faults.schema_version SET version = 999")
    trial("a newer schema", server.url(), words="newer trawl")
    server.rows("UPDATE faults.schema_version SET version = 1")
    standby = Server(f"{folder}/standby", copy_of=server)
    try:
        trial("a standby", standby.url(), words="can only be read")
        trial("a standby asked for its jobs", standby.url(), status=0, command=("jobs",))
    finally:
        standby.end()
    return failures
