#!/usr/bin/env python3
"""APIs on loopback that page, refuse and fail as the public documentation of well-known ones says: apishapes.py [--port 0] [--latency 0]

It prints its port, and ends when its standard input is closed. Paths are those of the real APIs, which the jobs in sample-jobs/api
name. Each list has so many items as `SIZES` says. GET /requests tells how often each request was sent.
"""
import argparse
import base64
import collections
import csv
import http.server
import io
import json
import re
import socketserver
import sys
import threading
import time
import urllib.parse

SIZES = {
    "github": 250, "stripe": 950, "shopify": 950, "wikipedia": 950, "elasticsearch": 2500, "odata": 77, "hal": 95, "notion": 950,
    "crossref": 2500, "csv": 5000, "arxiv": 250,
}


class Refusal(Exception):
    """A reply with an error."""

    def __init__(self, status, body, headers=()):
        self.reply = status, body, headers


class Shapes:
    """Answers a request: status, body (JSON unless it is text), and header fields."""

    def __init__(self):
        self.base = ""
        self.sent = collections.Counter()
        self.lock = threading.Lock()

    def answer(self, method, target, headers, body):
        with self.lock:
            self.sent[f"{method} {target} {body.decode()}".strip()] += 1
            times = self.sent[f"{method} {target} {body.decode()}".strip()]
        path, _, query = target.partition("?")
        fields = dict(urllib.parse.parse_qsl(query, keep_blank_values=True))
        for pattern, shape in self.ROUTES:
            found = re.fullmatch(pattern, path)
            if found:
                try:
                    return shape(self, found, fields, headers, json.loads(body or b"null"), target, times)
                except Refusal as refusal:
                    return refusal.reply
        return 404, {"message": "Not Found"}, ()

    # https://docs.github.com/en/rest/using-the-rest-api/using-pagination-in-the-rest-api
    def github(self, found, fields, headers, body, target, times):
        if headers.get("authorization") != "Bearer github-token":
            raise Refusal(401, {"message": "Bad credentials"})
        issue = found["issue"]
        count = SIZES["github"] if issue is None else int(issue) % 3
        size, page = min(int(fields.get("per_page", 30)), 100), int(fields.get("page", 1))
        last = max(1, -(-count // size))
        prefix = f"https://api.github.com/{issue}/" if issue else "https://api.github.com/"
        items = [{"id": (int(issue or 0) << 20) + n, "number": n, "url": f"{prefix}{n}"}
                 for n in range((page - 1) * size + 1, min(page * size, count) + 1)]

        def link(number, rel):
            query = urllib.parse.urlencode({**fields, "page": number})
            return f'<{self.base}{found[0]}?{query}>; rel="{rel}"'

        links = [link(page - 1, "prev")] if page > 1 else []
        if page < last:
            links += [link(page + 1, "next"), link(last, "last")]
        if page > 1:
            links.append(link(1, "first"))
        return 200, items, [("Link", ", ".join(links))] if last > 1 else []

    # https://docs.stripe.com/api/pagination
    def stripe(self, found, fields, headers, body, target, times):
        if headers.get("authorization") != "Bearer stripe-key":
            raise Refusal(401, {"error": {"type": "invalid_request_error"}})
        size, start = int(fields.get("limit", 10)), 0
        if not 1 <= size <= 100:
            raise Refusal(400, {"error": {"param": "limit"}})
        if "starting_after" in fields:
            number = re.fullmatch(r"ch_(\d+)", fields["starting_after"])
            if not number:
                raise Refusal(400, {"error": {"message": "No such charge"}})
            start = int(number[1]) + 1
        items = [{"id": f"ch_{n}", "object": "charge"} for n in range(start, min(start + size, SIZES["stripe"]))]
        return 200, {"object": "list", "url": "/v1/charges", "has_more": start + size < SIZES["stripe"], "data": items}, ()

    # https://shopify.dev/docs/api/admin-graphql, https://shopify.dev/docs/api/usage/limits
    def shopify(self, found, fields, headers, body, target, times):
        if headers.get("x-shopify-access-token") != "shopify-token":
            raise Refusal(401, {"errors": "[API] Invalid API key or access token"})
        variables = body["variables"]
        size, after = variables["first"], variables.get("after")
        cost = {"requestedQueryCost": size + 2, "actualQueryCost": None,
                "throttleStatus": {"maximumAvailable": 2000.0, "currentlyAvailable": 3, "restoreRate": 100.0}}
        # The bucket is empty once.
        if after == "c:299" and times == 1:
            raise Refusal(200, {"errors": [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}], "extensions": {"cost": cost}})
        start = 0 if after is None else int(after[2:]) + 1
        end = min(start + size, SIZES["shopify"])
        nodes = [{"id": f"gid://shopify/Order/{n}", "name": f"#{n}"} for n in range(start, end)]
        page = {"hasNextPage": end < SIZES["shopify"], "endCursor": f"c:{end - 1}"}
        cost.update(actualQueryCost=size)
        return 200, {"data": {"orders": {"nodes": nodes, "pageInfo": page}}, "extensions": {"cost": cost}}, ()

    # https://www.mediawiki.org/wiki/API:Continue
    def wikipedia(self, found, fields, headers, body, target, times):
        size, start = min(int(fields["cmlimit"]), 500), 0
        if "cmcontinue" in fields or "continue" in fields:
            if fields.get("continue") != "-||" or "|" not in fields.get("cmcontinue", ""):
                raise Refusal(200, {"error": {"code": "badcontinue", "info": "Invalid continue param."}})
            start = int(fields["cmcontinue"].split("|")[2])
        end = min(start + size, SIZES["wikipedia"])
        members = [{"pageid": n + 1, "ns": 0, "title": f"Lighthouse {n}"} for n in range(start, end)]
        reply = {"batchcomplete": True, "query": {"categorymembers": members}}
        if end < SIZES["wikipedia"]:
            reply["continue"] = {"cmcontinue": f"page|4c49+{end}/=|{end}", "continue": "-||"}
        return 200, reply, ()

    # https://www.elastic.co/docs/reference/elasticsearch/rest-apis/paginate-search-results
    def elasticsearch(self, found, fields, headers, body, target, times):
        size, after = body.get("size", 10), body.get("search_after")
        if after is not None and (len(after) != len(body["sort"]) or not isinstance(after[0], int)):
            raise Refusal(400, {"error": {"type": "illegal_argument_exception"}})
        start = 0 if after is None else int(after[1][1:]) + 1
        hits = [{"_index": "logs", "_id": f"d{n:06}", "_source": {"n": n}, "sort": [1_700_000_000_000 + n // 7, f"d{n:06}"]}
                for n in range(start, min(start + size, SIZES["elasticsearch"]))]
        total = {"value": SIZES["elasticsearch"], "relation": "eq"}
        return 200, {"timed_out": False, "_shards": {"total": 5, "failed": 0}, "hits": {"total": total, "hits": hits}}, ()

    # https://docs.oasis-open.org/odata/odata-json-format/v4.01 (4.6.5): the link is opaque
    def odata(self, found, fields, headers, body, target, times):
        start = 0
        if "?" in target:
            # As it was given out, byte by byte.
            exact = re.fullmatch(r"[^?]*\?\$skiptoken=%27(\d+)%27,a%2Fb%2b", target)
            if not exact:
                raise Refusal(400, {"error": {"message": "skiptoken"}})
            start = int(exact[1])
        end = min(start + 20, SIZES["odata"])
        value = [{"ProductID": n + 1, "ProductName": f"P{n}", "Orders": [], "Orders@odata.nextLink": "nested"} for n in range(start, end)]
        reply = {"@odata.context": "$metadata#Products", "value": value}
        if end < SIZES["odata"]:
            reply["@odata.nextLink"] = f"Products?$skiptoken=%27{end}%27,a%2Fb%2b"
        return 200, reply, ()

    # https://datatracker.ietf.org/doc/html/draft-kelly-json-hal: an API behind a proxy that names itself by another host
    def hal(self, found, fields, headers, body, target, times):
        page = int(fields.get("page", 1))
        end = min(page * 20, SIZES["hal"])
        orders = [{"id": n, "_links": {"self": {"href": f"/orders/{n}"}}} for n in range((page - 1) * 20, end)]
        links = {"self": {"href": target}, "find": {"href": "/orders{?id}", "templated": True}}
        if end < SIZES["hal"]:
            links["next"] = {"href": f"http://localhost/orders?page={page + 1}"}
        return 200, {"_links": links, "_embedded": {"orders": orders}, "total": SIZES["hal"]}, [("Content-Type", "application/hal+json")]

    # https://developers.notion.com/reference/intro#pagination
    def notion(self, found, fields, headers, body, target, times):
        if headers.get("authorization") != "Bearer notion-token":
            raise Refusal(401, {"code": "unauthorized"})
        if "notion-version" not in headers:
            raise Refusal(400, {"code": "missing_version"})
        if "start_cursor" in body and not isinstance(body["start_cursor"], str):
            raise Refusal(400, {"code": "validation_error"})
        start, size = int(body.get("start_cursor", "c0")[1:]), min(body.get("page_size", 100), 100)
        end = min(start + size, SIZES["notion"])
        more = end < SIZES["notion"]
        results = [{"object": "page", "id": f"{n:032x}"} for n in range(start, end)]
        return 200, {"object": "list", "results": results, "has_more": more, "next_cursor": f"c{end}" if more else None}, ()

    # https://www.crossref.org/documentation/retrieve-metadata/rest-api/tips-for-using-the-crossref-rest-api/
    def crossref(self, found, fields, headers, body, target, times):
        rows, cursor, start = min(int(fields.get("rows", 20)), 1000), fields["cursor"], 0
        if cursor != "*":
            try:
                start = int(base64.b64decode(cursor, validate=True).decode().split("?")[1])
            except (ValueError, IndexError):
                raise Refusal(404, "Resource not found.") from None
        end = min(start + rows, SIZES["crossref"])
        items = [{"DOI": f"10.5555/{n}", "title": [f"Work {n}"]} for n in range(start, end)]
        following = base64.b64encode(f">>>?{end}?".encode()).decode()
        message = {"next-cursor": following, "total-results": SIZES["crossref"], "items": items}
        return 200, {"status": "ok", "message-type": "work-list", "message": message}, [
            ("x-rate-limit-limit", "50"), ("x-rate-limit-interval", "1s")]

    # RFC 4180, but for the separator and the charset
    def csv(self, found, fields, headers, body, target, times):
        text = io.StringIO()
        writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
        writer.writerow(["id", "name", "remark"])
        for n in range(SIZES["csv"]):
            writer.writerow([n, f"Müller {n}", 'says "ja; nein"\r\nand goes' if n % 10 == 0 else ""])
        return 200, text.getvalue().encode("cp1252"), [("Content-Type", "text/csv")]

    # https://info.arxiv.org/help/api/user-manual.html: Atom, with the number of results in another namespace
    def arxiv(self, found, fields, headers, body, target, times):
        start, size = int(fields.get("start", 0)), min(int(fields.get("max_results", 10)), 2000)
        # A page in the middle that is empty at the first try, as is known of it.
        end = start if start == 100 and times == 1 else min(start + size, SIZES["arxiv"])
        entries = "".join(
            f"<entry><id>http://arxiv.org/abs/{n}</id><title>On &amp; on {n}</title><author><name>A</name></author></entry>"
            for n in range(start, end))
        text = (
            '<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom"'
            ' xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/"><title>ArXiv Query</title>'
            f"<opensearch:totalResults>{SIZES['arxiv']}</opensearch:totalResults>{entries}</feed>")
        return 200, text.encode(), [("Content-Type", "application/atom+xml; charset=UTF-8")]

    def requests(self, found, fields, headers, body, target, times):
        return 200, dict(self.sent), ()

    ROUTES = [
        (r"/repos/apple/swift-log/issues(?:/(?P<issue>\d+)/comments)?", github), (r"/v1/charges", stripe),
        (r"/admin/api/[\d-]+/graphql\.json", shopify), (r"/w/api\.php", wikipedia), (r"/logs/_search", elasticsearch),
        (r"/V4/Northwind/Northwind\.svc/Products", odata), (r"/orders", hal), (r"/v1/databases/[0-9a-f]+/query", notion),
        (r"/works", crossref), (r"/export/all\.csv", csv), (r"/api/query", arxiv), (r"/requests", requests),
    ]


def serve(port=0, latency=0.0):
    """Serves in a thread, each reply after the latency in seconds; the shapes, whose base is the server's URL."""
    shapes = Shapes()

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self):
            length = int(self.headers.get("Content-Length", 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            time.sleep(latency)
            status, body, more = shapes.answer(self.command, self.path, headers, self.rfile.read(length))
            fields = {"Content-Type": "application/json", **dict(more)}
            content = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            for name, value in fields.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = answer

        def log_message(self, *_):
            pass

    class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
        daemon_threads = True
        request_queue_size = 200

        def handle_error(self, *_):
            """A client that goes away while its connection is idle is no error."""

    server = Server(("127.0.0.1", port), Handler)
    shapes.base = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return shapes


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--latency", type=float, default=0)
    options = parser.parse_args()
    print(serve(options.port, options.latency).base.rsplit(":", 1)[1], flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
