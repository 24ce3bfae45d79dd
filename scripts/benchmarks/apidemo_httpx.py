"""What scripts/apidemo compares with: each thing as tutorials do it, with asyncio and httpx.

Run by the Python of a venv that has httpx: `apidemo_httpx.py THING BASE [ARGUMENT]...`. A function is a program; the
lines of each are counted.
"""

import asyncio
import html.parser
import json
import os
import statistics
import sys
import time

import httpx


async def fetch_several(base):
    """Several URLs at once."""
    async def fetch(client, url):
        response = await client.get(url)
        print(url, response.status_code, len(response.content))

    async with httpx.AsyncClient() as client:
        await asyncio.gather(*(fetch(client, f"{base}/delay/0.5?item={item}") for item in range(1, 6)))


async def retries(base):
    """Up to three tries; failures are collected, not raised."""
    async def fetch(client, url):
        error = None
        for attempt in range(1, 4):
            try:
                async with asyncio.timeout(1):
                    response = await client.get(url)
                response.raise_for_status()
                return {"url": url, "status": response.status_code, "attempts": attempt, "error": None}
            except (httpx.HTTPError, TimeoutError) as caught:
                error = repr(caught)
            if attempt < 3:
                await asyncio.sleep(0.5 * 2 ** (attempt - 1))
        return {"url": url, "status": None, "attempts": 3, "error": error}

    urls = [f"{base}/status/200", f"{base}/status/500", f"{base}/delay/2"]
    async with httpx.AsyncClient() as client:
        results = await asyncio.gather(*(fetch(client, url) for url in urls))
    for result in results:
        print(result)
    print("failed:", sum(1 for result in results if result["error"]))


async def limit(base, count="10", at_once="3"):
    """Many requests, a few at once."""
    semaphore = asyncio.Semaphore(int(at_once))
    durations = []

    async def fetch(client, url):
        async with semaphore:
            started = time.perf_counter()
            response = await client.get(url)
            response.raise_for_status()
            durations.append(time.perf_counter() - started)

    started = time.perf_counter()
    limits = httpx.Limits(max_connections=int(at_once))
    async with httpx.AsyncClient(limits=limits, timeout=30) as client:
        await asyncio.gather(*(fetch(client, f"{base}/delay/1?item={item}") for item in range(1, int(count) + 1)))
    print(f"total {time.perf_counter() - started:.2f} s, mean {statistics.mean(durations):.2f} s")


async def batches(base):
    """Many URLs in batches of five."""
    async def fetch(client, url):
        try:
            response = await client.get(url)
            return url, response.status_code, None
        except httpx.HTTPError as error:
            return url, None, repr(error)

    urls = [f"{base}/delay/1"] + [f"{base}/delay/0.2?item={item}" for item in range(2, 21)]
    results = []
    async with httpx.AsyncClient() as client:
        for number, start in enumerate(range(0, len(urls), 5), 1):
            began = time.perf_counter()
            answers = await asyncio.gather(*(fetch(client, url) for url in urls[start : start + 5]))
            results += [(number, *answer) for answer in answers]
            failed = sum(1 for answer in answers if answer[2])
            print(f"batch {number}: {len(answers)} pages, {failed} failed, {time.perf_counter() - began:.2f} s")
    for result in results:
        print(*result)


async def timeouts(base, nobody):
    """Time-outs for connecting, between bytes, and in all."""
    async def fetch(client, name, url, read=5):
        started = time.perf_counter()
        try:
            async with asyncio.timeout(5):
                response = await client.get(url, timeout=httpx.Timeout(5, connect=2, read=read))
            answer = response.status_code
        except httpx.ConnectTimeout:
            answer = "timeout_connect"
        except httpx.ReadTimeout:
            answer = "timeout_read"
        except TimeoutError:
            answer = "timeout_total"
        except httpx.HTTPError as error:
            answer = repr(error)
        print(name, answer, f"{time.perf_counter() - started:.2f} s")

    async with httpx.AsyncClient() as client:
        await asyncio.gather(
            fetch(client, "two", f"{base}/delay/2"),
            fetch(client, "ten", f"{base}/delay/10", read=30),
            fetch(client, "one", f"{base}/delay/1"),
            fetch(client, "stalls", f"{base}/drip?duration=8&numbytes=2", read=1),
            fetch(client, "nobody", f"{nobody}/"),
        )


async def providers(base, limit_seconds):
    """One question to several chat APIs; answers or errors."""
    question = "Why is the sky blue?"
    calls = {
        "openai": (
            f"{base}/v1/chat/completions",
            {"authorization": f"Bearer {os.environ['OPENAI_KEY']}"},
            {"model": "small", "messages": [{"role": "user", "content": question}]},
            lambda reply: reply["choices"][0]["message"]["content"],
        ),
        "anthropic": (
            f"{base}/v1/messages",
            {"x-api-key": os.environ["ANTHROPIC_KEY"], "anthropic-version": "2023-06-01"},
            {"model": "small", "max_tokens": 500, "messages": [{"role": "user", "content": question}]},
            lambda reply: reply["content"][0]["text"],
        ),
        "gemini": (
            f"{base}/v1beta/models/small:generateContent",
            {"x-goog-api-key": os.environ["GEMINI_KEY"]},
            {"contents": [{"parts": [{"text": question}]}]},
            lambda reply: reply["candidates"][0]["content"]["parts"][0]["text"],
        ),
    }

    async def ask(client, url, headers, body, answer):
        async with asyncio.timeout(float(limit_seconds)):
            response = await client.post(url, headers=headers, json=body)
        response.raise_for_status()
        return answer(response.json())

    async with httpx.AsyncClient(timeout=None) as client:
        answers = await asyncio.gather(*(ask(client, *call) for call in calls.values()), return_exceptions=True)
    merged, errors = {}, {}
    for name, answer in zip(calls, answers):
        if isinstance(answer, Exception):
            errors[name] = repr(answer)
        else:
            merged[name] = {"text": answer}
    print(json.dumps(merged | {"errors": errors}))


async def as_completed(base):
    """Results in order of completion."""
    async def fetch(client, delay):
        response = await client.get(f"{base}/delay/{delay}")
        return {"url": str(response.url), "status": response.status_code}

    async with httpx.AsyncClient() as client:
        tasks = [fetch(client, delay) for delay in ("2.5", "0.5", "2", "1", "1.5")]
        for task in asyncio.as_completed(tasks):
            print(json.dumps(await task), flush=True)


async def pages(base):
    """?page=1 to 20, five at once, with title and fields."""
    class Page(html.parser.HTMLParser):
        def __init__(self, text):
            super().__init__()
            self.tag, self.title, self.hrefs, self.links = None, "", [], []
            self.feed(text)

        def handle_starttag(self, tag, attrs):
            self.tag = tag
            if tag == "a":
                self.hrefs.append(dict(attrs).get("href"))
                self.links.append("")

        def handle_endtag(self, tag):
            self.tag = None

        def handle_data(self, data):
            if self.tag == "title":
                self.title += data
            elif self.tag == "a":
                self.links[-1] += data

    semaphore = asyncio.Semaphore(5)

    async def fetch(client, url):
        async with semaphore:
            try:
                response = await client.get(url)
                response.raise_for_status()
            except httpx.HTTPError as error:
                return {"url": url, "error": repr(error)}
            page = Page(response.text)
            first = page.hrefs[0] if page.hrefs else None
            return {"url": url, "title": page.title, "first": first, "links": page.links, "error": None}

    started = time.perf_counter()
    async with httpx.AsyncClient() as client:
        urls = [f"{base}/links/10/0?page={page}" for page in range(1, 21)]
        results = await asyncio.gather(*(fetch(client, url) for url in urls))
    for result in results:
        print(json.dumps(result))
    failed = sum(1 for result in results if result["error"])
    print(f"pages {len(results)}, succeeded {len(results) - failed}, failed {failed}, "
          f"elapsed {time.perf_counter() - started:.2f} s")


async def services(base, user_id):
    """Three services for one user, merged."""
    async def call(client, method, url, **more):
        response = await client.request(method, url, **more)
        response.raise_for_status()
        return response.json()

    async with httpx.AsyncClient(timeout=5) as client:
        calls = {
            "user": call(client, "GET", f"{base}/anything/users/{user_id}"),
            "orders": call(client, "GET", f"{base}/anything/orders", params={"user": user_id}),
            "payment": call(client, "POST", f"{base}/anything/payments", json={"user": int(user_id)}),
        }
        answers = await asyncio.gather(*calls.values(), return_exceptions=True)
    merged, errors = {}, {}
    for name, answer in zip(calls, answers):
        if isinstance(answer, Exception):
            errors[name] = repr(answer)
        else:
            merged[name] = answer
    print(json.dumps(merged | {"errors": errors}))


async def compare(base):
    """The same requests one at a time, four and sixteen at once."""
    async def fetch(client, semaphore, url, durations):
        async with semaphore:
            started = time.perf_counter()
            response = await client.get(url)
            response.raise_for_status()
            durations.append(time.perf_counter() - started)

    urls = [f"{base}/delay/0.25?item={item}" for item in range(1, 17)]
    serial = None
    for at_once in (1, 4, 16):
        semaphore, durations, started = asyncio.Semaphore(at_once), [], time.perf_counter()
        async with httpx.AsyncClient() as client:
            await asyncio.gather(*(fetch(client, semaphore, url, durations) for url in urls))
        elapsed = time.perf_counter() - started
        serial = serial or elapsed
        cuts = statistics.quantiles(durations, n=20, method="inclusive")
        print(f"{at_once:>11}  {elapsed:.2f} s  {len(urls) / elapsed:.1f}/s  p50 {cuts[9] * 1000:.0f} ms  "
              f"p95 {cuts[18] * 1000:.0f} ms  {serial / elapsed:.1f} ×")


if __name__ == "__main__":
    asyncio.run(globals()[sys.argv[1]](*sys.argv[2:]))
