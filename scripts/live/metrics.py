#!/usr/bin/env python3
"""Scrapes a trawl daemon with a real Prometheus, and asks it every query of the dashboard.

A daemon crawls a site on loopback that is slow, fails and throttles. Prometheus scrapes it once a second. Then each query of
deploy/grafana/trawl.json, with its variables filled in, has to give at least one number. The dashboard itself has to be one that Grafana takes
from a file: no inputs that only its import dialog fills in, a variable for the data source, an id of its own.
"""
import argparse
import http.server
import json
import math
import os
import pathlib
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

root = pathlib.Path(__file__).resolve().parent.parent.parent
faults = []


def check(holds, words):
    if not holds:
        faults.append(words)
        print("FAULT:", words, flush=True)


class Site(http.server.BaseHTTPRequestHandler):
    asked = 0

    def log_message(self, *_):
        pass

    def do_GET(self):
        Site.asked += 1
        number = Site.asked
        time.sleep(0.1 + number % 7 * 0.02)
        self.send_response(404 if number % 11 == 0 else 503 if number % 13 == 0 else 200)
        self.send_header("content-type", "text/html")
        self.end_headers()
        self.wfile.write(b"<title>page</title>")


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def until(words, condition, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if condition():
                return
        except (OSError, urllib.error.URLError, sqlite3.Error):
            pass
        time.sleep(0.1)
    sys.exit(f"never: {words}")


def get(url):
    # The machine may have a proxy for what is elsewhere.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(url, timeout=10) as answer:
        return answer.read().decode()


def ask(port, query):
    """The numbers that a query gives, by their labels; a mistake in it ends the script."""
    url = f"http://127.0.0.1:{port}/api/v1/query?" + urllib.parse.urlencode({"query": query})
    try:
        result = json.loads(get(url))["data"]["result"]
    except urllib.error.HTTPError as error:
        check(False, f"{query}: {error.read().decode()[:300]}")
        return []
    return [(each["metric"], float(each["value"][1])) for each in result]


def check_dashboard(dashboard):
    text = json.dumps(dashboard)
    check("__inputs" not in text and "${DS_" not in text, "inputs that only the import dialog fills in")
    check(dashboard["id"] is None and dashboard["uid"] == "trawl", "the dashboard's id")
    names = [variable["name"] for variable in dashboard["templating"]["list"]]
    check(names[0] == "datasource" and "job" in names, "the variables")
    ids = [panel["id"] for panel in dashboard["panels"]]
    check(len(ids) == len(set(ids)), "panels with the same id")
    for panel in dashboard["panels"]:
        check(panel["fieldConfig"]["defaults"].get("unit"), f"{panel['title']}: no unit")
        check(panel["datasource"]["uid"] == "${datasource}", f"{panel['title']}: another data source")


def begin(trawl, folder, site, port):
    """Jobs of three kinds: one that goes on for long, one that is over at once, one that has missed starts."""
    job = {"urls": [f"{site}/[1-2000]"], "robots": "ignore", "delay": "0s", "allow_private": ["127.0.0.1"],
           "retry": {"attempts": 2, "delay": "100ms"}, "concurrency": {"per_host": 8}}
    for name, more in {
        'long "job"': {}, "short": {"urls": [f"{site}/one"]},
        "nightly": {"urls": [f"{site}/nightly"], "schedule": "* * * * *"},
    }.items():
        file = folder / "job.json"
        file.write_text(json.dumps(job | more | {"name": name}))
        subprocess.run([trawl, "add", "-q", "job.json"], cwd=folder, check=True)
    with sqlite3.connect(folder / "trawl.db") as base:
        base.execute("UPDATE jobs SET created_at = created_at - 300000 WHERE name = 'nightly'")
    return subprocess.Popen([trawl, "daemon", "--listen", str(port)], cwd=folder, stderr=subprocess.DEVNULL)


def scrape(folder, port, target):
    (folder / "prometheus.yml").write_text(json.dumps({
        "global": {"scrape_interval": "1s"},
        "scrape_configs": [{"job_name": "crawlers", "static_configs": [{"targets": [f"127.0.0.1:{target}"]}]}]}))
    log = open(folder / "prometheus.log", "w", encoding="utf-8")
    return subprocess.Popen(
        ["prometheus", f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data",
         f"--web.listen-address=127.0.0.1:{port}"], stdout=log, stderr=log)


def check_queries(port, dashboard):
    count = 0
    for panel in dashboard["panels"]:
        for target in panel["targets"]:
            query = target["expr"]
            for name, value in {"$__rate_interval": "15s", "$job": ".*", "$scrape": ".*"}.items():
                query = query.replace(name, value)
            numbers = [number for _, number in ask(port, query)]
            check(numbers and not any(math.isnan(number) for number in numbers), f"{panel['title']}: {query} gives {numbers}")
            count += 1
    for variable in dashboard["templating"]["list"][1:]:
        metric, label = variable["definition"].removeprefix("label_values(").removesuffix(")").split(", ")
        found = json.loads(get(
            f"http://127.0.0.1:{port}/api/v1/label/{label}/values?" + urllib.parse.urlencode({"match[]": metric})))["data"]
        check(found, f"the variable {variable['name']} has no values")
    print(f"{count} queries of {len(dashboard['panels'])} panels")


def check_labels(port):
    series = ask(port, '{__name__=~"trawl_.*"}')
    check(series, "nothing was scraped")
    check(not [labels for labels, _ in series if "exported_job" in labels], "a label of ours collides with one of Prometheus'")
    check({labels["job"] for labels, _ in series} == {"crawlers"}, "the label job is not Prometheus' own")
    jobs = {labels["trawl_job"] for labels, _ in series if "trawl_job" in labels}
    check('long "job"' in jobs, f"the jobs are {jobs}")
    kinds = {labels["error_kind"] for labels, _ in ask(port, "trawl_failures_total")}
    check("http_status" in kinds, f"kinds of error: {kinds}")
    times = ask(port, 'histogram_quantile(0.5, sum by (le) (rate(trawl_fetch_duration_seconds_bucket[30s])))')
    # The site takes 0.10 to 0.22 seconds.
    check(times and 0.05 < times[0][1] < 1, f"half of the tries took {times}")
    most = ask(port, 'trawl_fetch_duration_seconds_bucket{le="+Inf"} != trawl_fetch_duration_seconds_count')
    check(not most, f"a histogram that does not add up: {most}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trawl", default=os.environ.get("TRAWL", str(root / ".build/debug/trawl")), help="the binary")
    arguments = parser.parse_args()
    dashboard = json.loads((root / "deploy/grafana/trawl.json").read_text())
    check_dashboard(dashboard)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    children = []
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        listen, port = free_port(), free_port()
        try:
            children.append(begin(arguments.trawl, folder, f"http://127.0.0.1:{server.server_port}", listen))
            until("the daemon listens", lambda: get(f"http://127.0.0.1:{listen}/healthz"))
            children.append(scrape(folder, port, listen))
            until("Prometheus is ready", lambda: get(f"http://127.0.0.1:{port}/-/ready"))
            until("a dozen scrapes", lambda: first(ask(port, "sum(count_over_time(up[1m]))")) >= 12)
            until("failures", lambda: first(ask(port, 'sum(count_over_time(trawl_failures_total[1m]))')) >= 3)
            check_labels(port)
            check_queries(port, dashboard)
        finally:
            for child in children:
                child.terminate()
            for child in children:
                child.wait(30)
    print(f"{len(faults)} faults")
    sys.exit(bool(faults))


def first(series):
    return series[0][1] if series else 0


if __name__ == "__main__":
    main()
