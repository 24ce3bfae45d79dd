#!/usr/bin/env python3
"""The same lists of APIs by trawl and by dlt's rest_api source, from the server of apishapes.py: items, lines, time, CPU and memory.

    dltcompare.py [--trawl .build/release/trawl] [--times 1]

Needs dlt from PyPI (pip install dlt). Only shapes that dlt has a paginator for are collected: a Link header, a next link in the body, a
cursor, a cursor in a POST's body. trawl takes the jobs of sample-jobs/api.
"""
import argparse
import inspect
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import apishapes

PROJECT = Path(__file__).resolve().parent.parent.parent


def github(base):
    client = {"base_url": base, "headers": {"accept": "application/vnd.github+json"}, "auth": {"type": "bearer", "token": "github-token"}}
    issues = {
        "name": "issues",
        "endpoint": {
            "path": "repos/apple/swift-log/issues",
            "params": {"state": "all", "per_page": 100},
            "paginator": {"type": "header_link"},
        },
    }
    comments = {
        "name": "comments",
        "endpoint": {
            "path": "repos/apple/swift-log/issues/{resources.issues.number}/comments",
            "params": {"per_page": 100},
            "paginator": {"type": "header_link"},
        },
    }
    return {"client": client, "resources": [issues, comments]}


def odata(base):
    products = {
        "name": "products",
        "endpoint": {
            "path": "V4/Northwind/Northwind.svc/Products",
            "data_selector": "value",
            "paginator": {"type": "json_link", "next_url_path": "'@odata.nextLink'"},
        },
    }
    return {"client": {"base_url": base}, "resources": [products]}


def crossref(base):
    works = {
        "name": "works",
        "endpoint": {
            "path": "works",
            "params": {"filter": "from-pub-date:2026-01-01,type:book", "rows": 1000, "cursor": "*"},
            "data_selector": "message.items",
            "paginator": {"type": "cursor", "cursor_path": "message.next-cursor", "cursor_param": "cursor", "stop_after_empty_page": True},
        },
    }
    return {"client": {"base_url": base}, "resources": [works]}


def notion(base):
    client = {"base_url": base, "headers": {"notion-version": "2022-06-28"}, "auth": {"type": "bearer", "token": "notion-token"}}
    rows = {
        "name": "rows",
        "endpoint": {
            "path": "v1/databases/00000000000000000000000000000000/query",
            "method": "POST",
            "json": {"page_size": 100},
            "data_selector": "results",
            "paginator": {"type": "cursor", "cursor_path": "next_cursor", "cursor_body_path": "start_cursor"},
        },
    }
    return {"client": client, "resources": [rows]}


SHAPES = {"github": github, "odata": odata, "crossref": crossref, "notion": notion}


def load(name, base, folder):
    """What the child process does: dlt's part."""
    import dlt
    from dlt.sources.rest_api import rest_api_source

    pipeline = dlt.pipeline(name, destination=dlt.destinations.filesystem(f"file://{folder}/out"), dataset_name=name, pipelines_dir=f"{folder}/state")
    pipeline.run(rest_api_source(SHAPES[name](base)), loader_file_format="jsonl")
    print(json.dumps(pipeline.last_trace.last_normalize_info.row_counts))


def measured(command, folder, environment):
    """Runs a program: its output, seconds, CPU seconds and peak memory in MiB."""
    begun = time.monotonic()
    with open(f"{folder}/errors", "w") as errors:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=errors, text=True)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        output = None
    return output, time.monotonic() - begun, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def main():
    if len(sys.argv) == 5 and sys.argv[1] == "--load":
        return load(*sys.argv[2:])
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trawl", default=".build/release/trawl")
    options = parser.parse_args()
    shapes = apishapes.serve()
    environment = os.environ | {
        "GITHUB_TOKEN": "github-token", "NOTION_TOKEN": "notion-token", "RUNTIME__DLTHUB_TELEMETRY": "false", "RUNTIME__LOG_LEVEL": "ERROR"}
    for name, shape in SHAPES.items():
        with tempfile.TemporaryDirectory() as folder:
            text = (PROJECT / f"sample-jobs/api/{name}.yaml").read_text()
            lines = [line for line in text.splitlines() if line and not line.startswith("#") and not line.startswith("rate:")]
            job = re.sub(r"https?://(?:[a-z]+\.)+(?:com|org)", shapes.base, "\n".join(lines))
            Path(folder, f"{name}.yaml").write_text(job)
            before = sum(shapes.sent.values())
            _, *ours = measured([os.path.abspath(options.trawl), "run", f"{name}.yaml", "--db", "trawl.db", "-q"], folder, environment)
            requests = sum(shapes.sent.values()) - before
            counts = subprocess.run(
                ["sqlite3", f"{folder}/trawl.db", "SELECT group_concat(name || ' ' || n) FROM (SELECT name, count(*) AS n FROM items GROUP BY 1)"],
                check=True, capture_output=True, text=True).stdout.strip()
            print(f"{name}: trawl: {len(lines)} lines, {requests} requests, {counts}: {ours[0]:.2f} s, CPU {ours[1]:.2f} s, {ours[2]:.0f} MiB")
            before = sum(shapes.sent.values())
            output, *theirs = measured([sys.executable, __file__, "--load", name, shapes.base, folder], folder, environment)
            requests = sum(shapes.sent.values()) - before
            if output is None:
                counts = "failed: " + Path(folder, "errors").read_text().splitlines()[-1][:200]
            else:
                tables = json.loads(output.splitlines()[-1])
                counts = ",".join(f"{table} {n}" for table, n in tables.items() if not table.startswith("_dlt"))
            print(f"{name}: dlt:   {len(inspect.getsource(shape).splitlines())} lines, {requests} requests, {counts}: {theirs[0]:.2f} s,"
                  f" CPU {theirs[1]:.2f} s, {theirs[2]:.0f} MiB", flush=True)


if __name__ == "__main__":
    main()
