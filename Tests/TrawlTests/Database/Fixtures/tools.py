#!/usr/bin/env python3
"""Opens every table and view of a database with the tools that people open such files with, and reads all rows.

    tools.py --install FOLDER     puts the tools into a virtual environment; exits with 77 where they cannot be had
    FOLDER/bin/python tools.py DATABASE

A line a tool and table: the tool, the name, the number of rows. Exits with 1 where something cannot be read, or where a view
has anything but text and numbers.
"""
import asyncio
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

# DuckDB's extension is for one version of it. The last six are for other tests: job files by their JSON Schema, graphs of links,
# signatures of AWS, and a server that asks who comes.
PACKAGES = [
    "datasette", "sqlite-utils", "pandas", "duckdb==1.4.4", "duckdb-ext-sqlite==1.4.4.*", "jsonschema", "PyYAML", "networkx", "pydot",
    "botocore", "httpbin[mainapp]"]


def install(folder):
    mark = folder / "installed"
    if mark.exists() and mark.read_text() == str(PACKAGES):
        return 0
    pip = [folder / "bin" / "pip", "install", "-q", "--retries", "1", "--timeout", "10", *PACKAGES]
    for command in ([sys.executable, "-m", "venv", folder], pip):
        if subprocess.run(command, stdout=sys.stderr).returncode != 0:
            return 77
    mark.write_text(str(PACKAGES))
    return 0


def with_pandas(file, names):
    import pandas

    connection = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
    for name, _ in names:
        yield name, len(pandas.read_sql_query(f"SELECT * FROM {name}", connection))


def with_sqlite_utils(file, names):
    import sqlite_utils

    database = sqlite_utils.Database(file)
    for name, _ in names:
        yield name, sum(1 for _ in database[name].rows)


def with_duckdb(file, names):
    import duckdb
    import duckdb_ext

    folder = Path(list(duckdb_ext.__path__)[0])
    extension = next(folder.rglob("sqlite_scanner.duckdb_extension"))
    connection = duckdb.connect(config={"allow_unsigned_extensions": "true"})
    connection.execute(f"LOAD '{extension}'")
    connection.execute(f"ATTACH '{file}' AS crawl (TYPE sqlite, READ_ONLY)")
    for name, kind in names:
        types = {row[0]: row[1] for row in connection.execute(f"DESCRIBE crawl.{name}").fetchall()}
        odd = {column: type_ for column, type_ in types.items() if type_ not in ("VARCHAR", "BIGINT", "INTEGER", "DOUBLE")}
        if kind == "view" and odd:
            raise SystemExit(f"duckdb takes columns of {name} for {odd}")
        yield name, len(connection.execute(f"SELECT * FROM crawl.{name}").fetchall())


def with_datasette(file, names):
    from datasette.app import Datasette

    # What a page may show and how long it may take are Datasette's choice, not the file's.
    server = Datasette([file], settings={"max_returned_rows": 1_000_000, "sql_time_limit_ms": 60_000})
    base = f"/{Path(file).stem}"

    async def read(name):
        page = await server.client.get(f"{base}/{name}")
        rows = await server.client.get(f"{base}/{name}.json?_shape=array&_size=max")
        if page.status_code != 200 or rows.status_code != 200:
            raise SystemExit(f"datasette answers {page.status_code} and {rows.status_code} for {name}: {rows.text[:300]}")
        return len(rows.json())

    async def read_all():
        return [(name, await read(name)) for name, _ in names]

    yield from asyncio.run(read_all())


def main():
    if len(sys.argv) == 3 and sys.argv[1] == "--install":
        raise SystemExit(install(Path(sys.argv[2])))
    if len(sys.argv) != 2:
        raise SystemExit(__doc__.strip())
    file = os.path.abspath(sys.argv[1])
    connection = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
    names = connection.execute(
        "SELECT name, type FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%'").fetchall()
    for name, kind in names:
        if kind == "view" and any(isinstance(value, bytes) for row in connection.execute(f"SELECT * FROM {name}") for value in row):
            raise SystemExit(f"{name} has bytes")
    for tool in (with_datasette, with_sqlite_utils, with_pandas, with_duckdb):
        for name, rows in tool(file, names):
            print(tool.__name__.removeprefix("with_"), name, rows)


if __name__ == "__main__":
    main()
