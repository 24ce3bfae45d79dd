"""CPU per 1,000 pages of trawl, of the bare loop and of the usual ways, in turns on one machine."""

import argparse
import json
import os
import statistics
import sys
import tempfile

import crawlers
import process
import website

MEMORY_LISTS = (10_000, 1_000_000)


def crawl_once(crawler, site, folder, urls, total, per_host, follow=False):
    """One measured crawl into a new database; it must have done the work, all of it."""
    database = os.path.join(folder, "crawl.db")
    for name in os.listdir(folder):
        if name.startswith("crawl.db"):
            os.unlink(os.path.join(folder, name))
    list_path = os.path.join(folder, "list.txt")
    with open(list_path, "w", encoding="ascii") as file:
        file.writelines(url + "\n" for url in urls)
    if follow:
        command = crawler.follow_command(site, database, total, per_host)
    else:
        command = crawler.command(list_path, database, total, per_host)
    usage = process.measure(command, os.path.join(folder, "log"))
    if usage.exit_code != 0:
        sys.exit(f"{crawler.name} ended with exit code {usage.exit_code}:\n{usage.output[-2000:]}")
    expected = sorted(
        (url, 200, website.PAGE_BYTES, website.title(number)) for number, url in enumerate(urls))
    found = sorted((u, s, n, (t or "").strip()) for u, s, n, t in crawlers.rows(crawler, database))
    if found != expected:
        wrong = set(found) ^ set(expected)
        sys.exit(f"{crawler.name} left {len(found)} right or wrong rows of {len(expected)}, such as {min(wrong, default=found[0])}")
    return usage


def per_thousand(usage, pages):
    return usage.cpu * 1000 / pages


def spread(values, digits):
    return f"{statistics.median(values):.{digits}f} ({min(values):.{digits}f}–{max(values):.{digits}f})"


def compare(options):
    with tempfile.TemporaryDirectory(prefix="trawl-bench-") as folder:
        pair = [crawlers.Trawl(options), crawlers.Bare(options)]
        peers = [crawlers.Scrapy(options), crawlers.Httpx(options)] if options.with_peers else []
        with website.Site(folder, options.pages, options.hosts) as site:
            work = tempfile.mkdtemp(dir=folder)
            print(
                f"{options.pages:,} pages of {website.PAGE_BYTES:,} bytes on {options.hosts} loopback hosts, "
                f"nginx {website.nginx_version()} with one worker;\n{options.concurrency} requests at once, "
                f"{options.per_host} a host; status, length, title and times of every page into SQLite.\n", flush=True)
            costs = compare_in_turns(pair, site, work, options)
            if peers:
                compare_peers(peers, site, work, options, statistics.median(costs[0]))


def compare_in_turns(pair, site, work, options):
    urls = site.urls()
    crawl_once(pair[1], site, work, urls, options.concurrency, options.per_host, options.follow)  # Warms the page cache and nginx.
    print(f"CPU s per 1,000 pages (user + system); in brackets pages/s and peak MiB\n"
          f"{'round':<8}{'trawl':>24}{'bare':>24}{'ratio':>8}")
    costs, ratios = ([], []), []
    for round_number in range(1, options.rounds + 1):
        cells = []
        for crawler, values in zip(pair, costs):
            usage = crawl_once(
                crawler, site, work, urls, options.concurrency, options.per_host, options.follow)
            values.append(per_thousand(usage, len(urls)))
            cells.append(
                f"{values[-1]:.4f} [{len(urls) / usage.elapsed:6,.0f} {usage.peak_kib / 1024:5.1f}]")
        ratios.append(costs[0][-1] / costs[1][-1])
        print(f"{round_number:<8}{cells[0]:>24}{cells[1]:>24}{ratios[-1]:>8.2f}", flush=True)
    print(f"\nmedian (least–most): trawl {spread(costs[0], 4)}, bare {spread(costs[1], 4)} CPU s per 1,000 pages"
          f"\ntrawl ÷ bare: {spread(ratios, 2)}", flush=True)
    return costs


def compare_peers(peers, site, work, options, trawl_cost):
    urls = site.urls()[: options.peer_pages]
    print(f"\nThe usual ways, {len(urls):,} of the pages, once each")
    for peer in peers:
        usage = crawl_once(peer, site, work, urls, options.concurrency, options.per_host)
        cost = per_thousand(usage, len(urls))
        print(f"{peer.name} {peer.version}: {cost:.3f} CPU s per 1,000 pages "
              f"[{len(urls) / usage.elapsed:,.0f} pages/s, {usage.peak_kib / 1024:.0f} MiB]; "
              f"trawl ÷ {peer.name}: {trawl_cost / cost:.4f}, 1/{cost / trawl_cost:.0f}", flush=True)


def memory(options):
    """The peak of memory for a short and a long list of URLs that are answered at once."""
    with tempfile.TemporaryDirectory(prefix="trawl-bench-") as folder:
        trawl = crawlers.Trawl(options)
        with website.Site(folder, 0, options.hosts) as site:
            peaks = []
            for count in MEMORY_LISTS:
                urls, database = os.path.join(folder, "urls.txt"), os.path.join(folder, f"{count}.db")
                site.write_instant_list(urls, count)
                usage = process.measure(
                    trawl.command(urls, database, options.concurrency, options.per_host), os.path.join(folder, "log"))
                done = crawlers.row_count(trawl, database)
                if usage.exit_code != 0 or done != count:
                    sys.exit(f"{done:,} of {count:,} pages are done, exit code {usage.exit_code}:\n{usage.output[-2000:]}")
                peaks.append(usage.peak_kib / 1024)
                print(f"{count:>9,} URLs: peak {peaks[-1]:.1f} MiB, {usage.elapsed:.1f} s, "
                      f"{usage.cpu * 1000 / count:.4f} CPU s per 1,000 pages", flush=True)
            print(f"difference: {peaks[1] - peaks[0]:.1f} MiB")


def positive(text):
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


def main():
    parser = argparse.ArgumentParser(
        prog="bench", description=__doc__,
        epilog="TRAWL=… names the binary to measure instead of a release build, TRAWL_ARGUMENTS=… gives it more "
        "arguments, such as --threads 1. Pages and databases are in $TMPDIR, about 15 kB a page; the bare loop and "
        "the venvs are kept in ~/.cache/trawl-benchmarks.")
    parser.add_argument("--pages", type=positive, default=20_000, metavar="N")
    parser.add_argument("--hosts", type=positive, default=16, metavar="N")
    parser.add_argument("--concurrency", type=positive, default=64, metavar="N", help="requests at once")
    parser.add_argument("--per-host", type=positive, default=4, metavar="N", help="requests at once to one host")
    parser.add_argument("--batch-size", type=positive, default=100, metavar="N", help="trawl's batch_size")
    parser.add_argument("--rounds", type=positive, default=5, metavar="N")
    parser.add_argument("--keys", type=json.loads, default={}, metavar="JSON", help="more keys of trawl's job for lists, "
                        'such as \'{"metadata": true}\'')
    parser.add_argument("--follow", action="store_true", help="from the first page by its links, not by a list; the "
                        "bare loop parses whole pages for links then, and inserts them")
    parser.add_argument("--with-peers", action="store_true", help="also Scrapy and httpx + asyncio, a round each")
    parser.add_argument("--peer-pages", type=positive, default=4_000, metavar="N", help="pages for them")
    parser.add_argument("--memory", action="store_true", help="instead: peak memory for 10,000 and 1,000,000 URLs")
    options = parser.parse_args()
    if options.hosts > 254:
        parser.error("--hosts: 254 at most")
    process.stop_on_signals()
    try:
        memory(options) if options.memory else compare(options)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
