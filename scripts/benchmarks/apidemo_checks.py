"""What scripts/apidemo runs with trawl, and what must come of it: a function a job.

Each is given the `Demo`, runs its job once, checks rows, output and what the server saw, and returns the run. What does
not hold is raised as `Wrong`.
"""

import json
import os
import re

import httpbin_server

KEYS = {
    "OPENAI_KEY": "sk-demo-openai-1b9f", "ANTHROPIC_KEY": "sk-demo-anthropic-77c2", "GEMINI_KEY": "sk-demo-gemini-e04d"}
PROVIDER_LIMIT = 3  # Seconds, in the place of the job's 30: nobody wants to wait for the slow one so long.


class Wrong(Exception):
    """A check that did not hold."""


def expect(condition, message):
    if not condition:
        raise Wrong(message)


def expect_equal(what, found, expected):
    if found == expected:
        return
    if isinstance(found, list) and isinstance(expected, list) and len(found) == len(expected):
        found, expected = next(pair for pair in zip(found, expected) if pair[0] != pair[1])
    raise Wrong(f"{what}: {found!r}, not {expected!r}")


def expect_exit(ran, code):
    expect(ran.exit_code == code, f"exit code {ran.exit_code}, not {code}: {ran.errors[-500:]}")


def seconds(text, pattern):
    """A duration in a summary, such as `mean 1.01 s`, in seconds."""
    match = re.search(pattern + r" ([0-9.]+) (ms|s)\b", text)
    expect(match, f"no {pattern!r} in the summary: {text}")
    return float(match[1]) * (0.001 if match[2] == "ms" else 1)


def fetch_several(demo):
    ran = demo.run(demo.job("fetch-several"))
    expect_exit(ran, 0)
    seen = demo.requests(ran)
    expect_equal("requests at once at the server", httpbin_server.peak(seen), 5)
    rows = demo.rows("SELECT url, status_code, content_length FROM results WHERE job = 'fetch-several' ORDER BY url")
    expect_equal("rows", rows, sorted((demo.base + entry["path"], 200, entry["bytes"]) for entry in seen))
    expect_equal("count of rows", len(rows), 5)
    return ran


def fetch_several_urls(demo):
    urls = [f"{demo.base}/delay/0.5?item={item}" for item in range(1, 6)]
    ran = demo.trawl("fetch", "--per-host", 5, "--format", "ndjson", *urls)
    expect_exit(ran, 0)
    rows = [json.loads(text) for _, text in ran.lines]
    expect_equal("rows", sorted((row["url"], row["status_code"]) for row in rows), [(url, 200) for url in urls])
    expect_equal("lengths", sorted(row["content_length"] for row in rows),
                 sorted(entry["bytes"] for entry in demo.requests(ran)))
    return ran


def fetch_table(count, at_once):
    def fetch(demo):
        ran = demo.trawl("fetch", "-c", at_once, "--per-host", at_once, f"{demo.base}/delay/1?item=[1-{count}]")
        expect_exit(ran, 0)
        expect_equal("rows", ran.output.count("/delay/1?item="), count)
        seen = demo.requests(ran)
        expect_equal("requests at the server", len(seen), count)
        expect_equal("requests at once at the server", httpbin_server.peak(seen), at_once)
        return ran

    return fetch


def retries(demo):
    ran = demo.run(demo.job("retries"))
    expect_exit(ran, 4)
    rows = demo.rows(
        "SELECT url, state, status_code, attempts, error_kind, error IS NOT NULL FROM results ORDER BY url")
    expect_equal("rows", rows, [
        (demo.base + "/delay/2", "failed", None, 3, "timeout_total", 1),
        (demo.base + "/status/200", "done", 200, 1, None, 0),
        (demo.base + "/status/500", "failed", 500, 3, "http_status", 1),
    ])
    tried = demo.rows(
        "SELECT url, number, wait_ms <= 500 << (number - 1) FROM attempts JOIN pages ON pages.id = page_id "
        "ORDER BY url, number")
    expect_equal("tries before the last, and their waits within 500 ms and 1 s", tried,
                 [(demo.base + path, number, 1) for path in ("/delay/2", "/status/500") for number in (1, 2)])
    paths = sorted(entry["path"] for entry in demo.requests(ran))
    expect_equal("requests at the server", paths, ["/delay/2"] * 3 + ["/status/200"] + ["/status/500"] * 3)
    return ran


def limit(demo):
    ran = demo.run(demo.job("limit"))
    expect_exit(ran, 0)
    seen = demo.requests(ran)
    expect_equal("requests at the server", len(seen), 10)
    expect_equal("requests at once at the server", httpbin_server.peak(seen), 3)
    expect_equal("rows", demo.rows("SELECT count(*), min(status_code) FROM results WHERE state = 'done'"), [(10, 200)])
    total, mean = seconds(ran.errors, "finished after"), seconds(ran.errors, "mean")
    expect(4 <= total <= 4.3, f"the summary's time in all is {total} s")
    expect(1 <= mean <= 1.1, f"the summary's mean time is {mean} s")
    speed_up = re.search(r"speed-up +([0-9.]+) ×", ran.errors)
    expect(speed_up and 2.3 <= float(speed_up[1]) <= 2.6, f"the summary's speed-up is not 2.5: {ran.errors}")
    return ran


def batches(demo):
    ran = demo.run(demo.job("batches"), verbose=True)
    expect_exit(ran, 0)
    batch_of = _batches(demo, ran)
    seen = demo.requests(ran)
    slow = next(entry for entry in seen if entry["path"] == "/delay/1")
    others = [entry for entry in seen if batch_of[entry["path"]] != batch_of["/delay/1"]]
    expect(min(entry["start"] for entry in others) < slow["end"] - 0.5, "a slow page held the next batch back")
    return ran


def batches_with_barrier(demo):
    ran = demo.run(demo.job("batches", ("batch_size: 5", "batch_size: 5\nbatch_barrier: true")), verbose=True)
    expect_exit(ran, 0)
    batch_of = _batches(demo, ran)
    seen = demo.requests(ran)
    numbers = sorted(set(batch_of.values()))
    for number, following in zip(numbers, numbers[1:]):
        end = max(entry["end"] for entry in seen if batch_of[entry["path"]] == number)
        start = min(entry["start"] for entry in seen if batch_of[entry["path"]] == following)
        expect(start > end - 0.02, f"batch {following} began {end - start:.2f} s before batch {number} was done")
    return ran


def _batches(demo, ran):
    """The batch of each path, once the rows and the lines of batches are as they should be."""
    rows = demo.rows("SELECT batch_id, url FROM results WHERE state = 'done'")
    sizes = sorted(sum(1 for batch, _ in rows if batch == each) for each in {batch for batch, _ in rows})
    expect_equal("rows in each batch", sizes, [5, 5, 5, 5])
    said = sorted(re.findall(r"batch (\d+): 5 pages, 5 done, ", ran.errors))
    expect_equal("batches that -v speaks of", said, ["1", "2", "3", "4"])
    return {url.removeprefix(demo.base): batch for batch, url in rows}


def timeouts(demo):
    ran = demo.run(demo.job("timeouts"), "--var", f"nobody={demo.nobody}")
    expect_exit(ran, 4)
    rows = demo.rows("SELECT name, state, status_code, error_kind FROM results ORDER BY name")
    expect_equal("rows", rows, [
        ("nobody", "failed", None, "timeout_connect"), ("one", "done", 200, None),
        ("stalls", "failed", 200, "timeout_read"), ("ten", "failed", None, "timeout_total"), ("two", "done", 200, None),
    ])
    times = dict(demo.rows("SELECT name, time_total_ms FROM results"))
    for name, least in {"nobody": 2000, "one": 1000, "stalls": 1000, "ten": 5000, "two": 2000}.items():
        expect(least - 20 <= times[name] <= least + 300, f"{name} took {times[name]} ms, not {least} ms")
    return ran


def providers(demo):
    ran = _ask_providers(demo, KEYS)
    expect_exit(ran, 4)
    paths = sorted(entry["path"] for entry in demo.requests(ran))
    expect_equal("requests at the server", paths, [
        "/v1/chat/completions", "/v1/messages", "/v1beta/models/small:generateContent"])
    rows = demo.rows("SELECT name, state, status_code, error_kind, extracted FROM results ORDER BY name")
    answer = {"text": "You asked: Why is the sky blue?"}
    expect_equal("rows", rows, [
        ("anthropic", "failed", 500, "http_status", '{"text":null}'), ("gemini", "failed", None, "timeout_total", None),
        ("openai", "done", 200, None, json.dumps(answer, separators=(",", ":")))])
    merged = demo.trawl("merge", "providers", "--db", demo.database)
    errors = {
        name: {"state": "failed", "status_code": status, "error_kind": kind, "error": error}
        for name, status, kind, error in demo.rows(
            "SELECT name, status_code, error_kind, error FROM failures ORDER BY name")}
    expect_equal("failed providers", sorted(errors), ["anthropic", "gemini"])
    expect_equal("merged", json.loads(merged.output), {"openai": answer, "errors": errors})
    _expect_unknown(demo, KEYS.values(), ran, merged)
    return ran


def providers_with_bad_keys(demo):
    wrong = dict(KEYS, OPENAI_KEY="wrong-key-5d3a")  # The reply says it aloud.
    ran = _ask_providers(demo, wrong)
    expect_equal("status for a wrong key", demo.rows("SELECT status_code FROM results WHERE name = 'openai'"), [(401,)])
    merged = demo.trawl("merge", "providers", "--db", demo.database)
    _expect_unknown(demo, wrong.values(), ran, merged)
    ran = _ask_providers(demo, {name: key for name, key in KEYS.items() if name != "GEMINI_KEY"})
    expect_exit(ran, 2)
    expect("GEMINI_KEY" in ran.errors, f"what is missing is not named: {ran.errors}")
    expect_equal("requests without a key", demo.requests(ran), [])
    return ran


def _ask_providers(demo, keys):
    bases = [argument for name in ("openai", "anthropic", "gemini") for argument in ("--var", f"{name}={demo.base}")]
    job = demo.job("providers", ("total: 30s", f"total: {PROVIDER_LIMIT}s"))
    return demo.run(job, *bases, keys=keys, base=False)


def _expect_unknown(demo, secrets, *ran):
    """Looks for secrets in every byte that was written or said."""
    places = [(f"the output of run {number}", (each.output + each.errors).encode()) for number, each in enumerate(ran)]
    for folder, _, names in os.walk(demo.folder):
        for name in names:
            with open(os.path.join(folder, name), "rb") as file:
                places.append((name, file.read()))
    expect(any(b"SQLite format 3" in content for _, content in places), "no database was looked through")
    for place, content in places:
        for secret in secrets:
            expect(secret.encode() not in content, f"{secret} is in {place}")


def as_completed(demo):
    states = []

    def look(line):
        url = json.loads(line)["url"]
        states.append(demo.rows(f"SELECT state FROM results WHERE url = '{url}'"))

    ran = demo.run(demo.job("as-completed"), "--format", "ndjson", on_line=look)
    expect_exit(ran, 0)
    delays = [json.loads(text)["url"].rpartition("/")[2] for _, text in ran.lines]
    expect_equal("order of rows", delays, ["0.5", "1", "1.5", "2", "2.5"])
    for delay, (arrival, _) in zip(delays, ran.lines):
        expect(0 <= arrival - float(delay) <= 0.25, f"the row of {delay} s was printed after {arrival:.2f} s")
    expect_equal("states in the database as rows are printed", states, [[("done",)]] * 5)
    return ran


def pages(demo):
    ran = demo.run(demo.job("pages"))
    expect_exit(ran, 0)
    rows = demo.rows("SELECT url, status_code, title, extracted ->> 'first', extracted -> 'links' FROM results "
                     "ORDER BY page_id")
    links = json.dumps([str(link) for link in range(1, 10)], separators=(",", ":"))
    expect_equal("rows", rows, [
        (f"{demo.base}/links/10/0?page={page}", 200, "Links", "/links/10/1", links) for page in range(1, 21)])
    expect(httpbin_server.peak(demo.requests(ran)) <= 5, "more than five requests at once")
    expect(re.search(r"pages +20: 20 done\n", ran.errors), f"the summary does not say 20 pages: {ran.errors}")
    seconds(ran.errors, "finished after")
    return ran


def services(demo):
    ran = _ask_services(demo, f"{demo.base}/anything/payments")
    expect_exit(ran, 0)
    merged = json.loads(demo.trawl("merge", "services", "--db", demo.database).output)
    expect_equal("names", list(merged), ["user", "orders", "payment", "errors"])
    for name, path, method, args, body in (
        ("user", "users/123", "GET", {}, None), ("orders", "orders?user=123", "GET", {"user": "123"}, None),
        ("payment", "payments", "POST", {}, {"user": 123}),
    ):
        reply = merged[name]
        del reply["headers"]
        expect_equal(name, reply, {
            "args": args, "data": json.dumps(body, separators=(",", ":")) if body else "", "files": {}, "form": {},
            "json": body, "method": method, "origin": "127.0.0.1", "url": f"{demo.base}/anything/{path}"})
    expect_equal("errors", merged["errors"], {})
    return ran


def services_with_failure(demo):
    ran = _ask_services(demo, f"{demo.base}/status/503")
    expect_exit(ran, 4)
    merged = json.loads(demo.trawl("merge", "services", "--db", demo.database).output)
    expect_equal("names", list(merged), ["user", "orders", "errors"])
    expect_equal("errors", merged["errors"], {"payment": {
        "state": "failed", "status_code": 503, "error_kind": "http_status", "error": "status 503 is not accepted"}})
    asked = [entry["path"] for entry in demo.requests(ran)]
    expect_equal("times that the POST was sent", asked.count("/status/503"), 1)
    return ran


def _ask_services(demo, payments):
    variables = {"user_id": 123, "users": f"{demo.base}/anything/users", "orders": f"{demo.base}/anything/orders",
                 "payments": payments}
    arguments = [argument for name, value in variables.items() for argument in ("--var", f"{name}={value}")]
    return demo.run(demo.job("services"), *arguments, base=False)


def compare(demo):
    ran = demo.trawl("bench", demo.job("compare"), "--concurrency", "1,4,16", "--var", f"base={demo.base}")
    expect_exit(ran, 0)
    expect(ran.output.split()[:7] == ["concurrency", "requests", "failed", "elapsed", "requests/s", "p50", "p95"],
           f"not the table's head: {ran.output}")
    rows = re.findall(r"^ *(\d+) +(\d+) +(\d+) +.*? ([0-9.]+) +(\d+) ms +(\d+) ms +([0-9.]+) ×$", ran.output, re.M)
    levels = [(int(level), int(count), int(failed)) for level, count, failed, *_ in rows]
    expect_equal("levels, requests and failures", levels, [(1, 16, 0), (4, 16, 0), (16, 16, 0)])
    for (level, _, _, rate, p50, p95, speed_up), least in zip(rows, (1, 3.5, 12)):
        expect(least <= float(speed_up) <= int(level), f"the speed-up with {level} at once is {speed_up}")
        expect(250 <= int(p50) <= int(p95) <= 350, f"p50 and p95 with {level} at once are {p50} ms and {p95} ms")
        expect(least * 3.8 <= float(rate) <= int(level) * 4, f"the rate with {level} at once is {rate}")
    seen = demo.requests(ran)
    peaks = [httpbin_server.peak(seen[start : start + 16]) for start in (0, 16, 32)]
    expect_equal("requests at once at the server", peaks, [1, 4, 16])
    return ran
