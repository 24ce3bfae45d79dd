#!/usr/bin/env python3
"""What `trawl check` and linkchecker find of 200 breakages in a site of 5,000 pages, and what they say of 200 lookalikes.

    brokensite.py [--pages 5000] [--trawl .build/release/trawl] [--only trawl|linkchecker] [--list]

The site is made and served here, on loopback; `brokensite_plants.py` has the kinds, `brokensite_server.py` what is answered. As root,
it begins again in a mount namespace of its own, where a server of names for planted-site.org and an authority for certificates
stand in for the system's; otherwise the kinds that need these are left out.

Printed for each checker: breakages that it calls broken, that it only warns of (`unsure` in trawl's words), and that it does not
name; lookalikes that it calls broken (false alarms), and that it warns of. `--list` names the kinds.
"""
import argparse
import asyncio
import collections
import csv
import json
import multiprocessing
import os
import re
import resource
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import brokensite_plants
import brokensite_server

PROJECT = Path(__file__).resolve().parent.parent.parent
ADDRESSES = ["127.0.0.1", "127.0.0.2", "127.0.0.3", "127.0.0.4"]
TLS = ["tls-good", "tls-name", "tls-expired", "tls-self-signed", "tls-chain"]
NAMESPACE, NAMES = "BROKENSITE_NAMESPACE", "BROKENSITE_NAMES"


# MARK: Certificates and names

def certificates(folder):
    """Certificates of an authority, and the authority's own as `ca.pem`."""
    def run(*words, **more):
        subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True, **more)

    def make(name, issuer, subject, extension, days="30"):
        run("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", f"{name}.key", "-out", f"{name}.csr",
            "-subj", subject)
        (folder / f"{name}.ext").write_text(extension)
        signing = ["-signkey", f"{name}.key"] if issuer is None else ["-CA", f"{issuer}.pem", "-CAkey", f"{issuer}.key", "-CAcreateserial"]
        run("x509", "-req", "-in", f"{name}.csr", "-out", f"{name}.pem", "-days", days, "-extfile", f"{name}.ext", *signing)

    authority = "basicConstraints=critical,CA:TRUE\nkeyUsage=keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\n"
    own = "subjectAltName=IP:127.0.0.2\n"
    make("ca", None, "/CN=Planted authority", authority)
    make("between", "ca", "/CN=Planted intermediate", authority)
    make("tls-good", "ca", "/CN=good", own)
    make("tls-name", "ca", "/CN=name", "subjectAltName=DNS:elsewhere.planted-site.org\n")
    make("tls-expired", "ca", "/CN=expired", own, days="-1")
    make("tls-self-signed", None, "/CN=self", own)
    make("tls-chain", "between", "/CN=chain", own)


def enter_namespace():
    """Begins again where the system's authorities and servers of names are ours, if that can be."""
    if os.geteuid() != 0 or NAMESPACE in os.environ:
        return NAMESPACE in os.environ
    folder = Path(tempfile.mkdtemp(prefix="brokensite-"))
    folder.chmod(0o755)
    # One of its own for each time that this runs.
    address = f"127.53.{os.getpid() >> 8 & 255}.{os.getpid() & 255 or 1}"
    certificates(folder)
    (folder / "resolv.conf").write_text(f"nameserver {address}\noptions timeout:1 attempts:1\n")
    bundle = "/etc/ssl/certs/ca-certificates.crt"
    script = (
        f"mount --make-rprivate / && mount --bind {folder}/ca.pem {bundle} && "
        f"mount --bind {folder}/resolv.conf /etc/resolv.conf && exec \"$@\"")
    os.execvpe("unshare", ["unshare", "-m", "sh", "-c", script, "sh", sys.executable, *sys.argv],
               os.environ | {NAMESPACE: str(folder), NAMES: address})


# MARK: Serving

def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def serve(server, ports, ready):
    async def main():
        folder = os.environ.get(NAMESPACE)
        for address in ADDRESSES:
            await asyncio.start_server(server.serve, address, ports["port"], backlog=500)
        if folder:
            for name in TLS:
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.load_cert_chain(f"{folder}/{name}.pem", f"{folder}/{name}.key")
                await asyncio.start_server(server.serve, "127.0.0.2", ports[name], ssl=context)
            await asyncio.get_running_loop().create_datagram_endpoint(brokensite_server.Names, local_addr=(os.environ[NAMES], 53))
        ready.set()
        await asyncio.Event().wait()

    asyncio.run(main())


# MARK: The checkers

def timed(command, cwd):
    begun, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return done, time.perf_counter() - begun, cpu


def trawl(program, start, ports, cwd, nights):
    hosts = [*ADDRESSES[1:], *("%s.planted-site.org" % name for name in ("www", "xn--bcher-kva", "fails"))]
    command = [program, "check", start, "--social-images", "--delay", "0", "--per-host", "10", "--retry", "1", "--retry-delay", "200ms",
               "--connect-timeout", "2s", "--read-timeout", "2s", "--max-time", "10s", "--format", "ndjson", "--db", "trawl.db", "-q"]
    for host in hosts:
        command += ["--allow-private", host]
    for _ in range(nights):
        done, wall, cpu = timed(command, cwd)
    if done.returncode != 4:
        print(f"trawl ended with {done.returncode}: {done.stderr}")
    said = [json.loads(line) for line in done.stdout.splitlines()]
    words = [(f"{one['to_url']}#{one['fragment'] or ''}", one["verdict"] == "broken", one["reason"]) for one in said]
    return words, wall, cpu


def linkchecker(start, cwd):
    (cwd / "linkcheckerrc").write_text(
        "[checking]\nthreads=10\ntimeout=2\nmaxrequestspersecond=10000\n[filtering]\ncheckextern=1\n[output]\nstatus=0\n[AnchorCheck]\n")
    command = ["linkchecker", "-f", str(cwd / "linkcheckerrc"), "--check-extern", "-r", "-1", "-o", "csv", "--no-status", start]
    done, wall, cpu = timed(command, cwd)
    if done.returncode not in (0, 1):
        print(f"linkchecker ended with {done.returncode}: {done.stderr[-2000:]}")
    lines = [line for line in done.stdout.splitlines() if line and not line.startswith("#")]
    words = []
    for row in csv.DictReader(lines, delimiter=";"):
        words.append((f"{row['urlname']} {row['url']}", row["valid"] == "False", (row["result"] or row["warningstring"] or "")[:60]))
    return words, wall, cpu


def judge(name, words, wall, cpu, plants, is_listed):
    """Prints how what a checker says fits what is planted."""
    def said(plant):
        token = plant.token
        # As a whole word: neither 1 in 12, nor "mailto" in "empty-mailto".
        whole = re.compile(r"(?<![\w-])" + re.escape(token.removeprefix("/x/")) + r"(?!\d)")
        return [(broken, why) for text, broken, why in words if whole.search(text)]

    verdicts = {plant: said(plant) for plant in plants}
    tally = collections.Counter()
    kinds = collections.defaultdict(collections.Counter)
    for plant, found in verdicts.items():
        word = "broken" if any(broken for broken, _ in found) else "warned" if found else "silent"
        tally[plant.is_broken, word] += 1
        kinds[plant.is_broken, word][f"{plant.kind} ({found[0][1]})" if found else plant.kind] += 1
    others = {text for text, broken, _ in words if broken and not any(plant.token.removeprefix("/x/") in text for plant in plants)}
    breakages = sum(plant.is_broken for plant in plants)
    print(f"{name}: {wall:.1f} s, {cpu:.1f} s of CPU")
    print(f"  of {breakages} breakages: {tally[True, 'broken']} broken, {tally[True, 'warned']} warned of, {tally[True, 'silent']} missed")
    print(f"  of {len(plants) - breakages} lookalikes: {tally[False, 'broken']} false, {tally[False, 'warned']} warned of, "
          f"{tally[False, 'silent']} fine; besides, {len(others)} that are not planted")
    if is_listed:
        for (is_broken, word), counted in sorted(kinds.items(), reverse=True):
            if (is_broken, word) != (False, "silent"):
                print(f"  {'breakages' if is_broken else 'lookalikes'}, {word}: " + ", ".join(f"{k} × {n}" for k, n in counted.items()))
        for text in sorted(others)[:20]:
            print("  not planted:", text)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pages", type=int, default=5_000)
    parser.add_argument("--trawl", default=str(PROJECT / ".build/release/trawl"))
    parser.add_argument("--nights", type=int, default=1, help="how many times trawl checks; the last is judged")
    parser.add_argument("--only", choices=["trawl", "linkchecker"])
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--serve", action="store_true", help="serve the site, and check nothing")
    arguments = parser.parse_args()
    has_names = enter_namespace()
    ports = {name: free_port() for name in ["port", *(TLS if has_names else [])]}
    own = f"http://127.0.0.1:{ports['port']}"
    places = ports | {"own": own, "host": f"127.0.0.1:{ports['port']}"}
    places |= {name: f"http://{address}:{ports['port']}" for name, address in zip(("off", "slow", "busy"), ADDRESSES[1:])}
    plants = brokensite_plants.plants(places, has_names)
    ready = multiprocessing.Event()
    server = brokensite_server.Server(arguments.pages, plants, ports["port"])
    process = multiprocessing.Process(target=serve, args=(server, ports, ready), daemon=True)
    process.start()
    ready.wait(10)
    start = own + "/"
    kinds = [len({plant.kind for plant in plants if plant.is_broken == is_broken}) for is_broken in (True, False)]
    print(f"{arguments.pages} pages at {start}, breakages of {kinds[0]} kinds, lookalikes of {kinds[1]} kinds", flush=True)
    if arguments.serve:
        process.join()
    with tempfile.TemporaryDirectory(prefix="brokensite-") as folder:
        os.chmod(folder, 0o777)
        cwd = Path(folder)
        for name in ["trawl", "linkchecker"]:
            if arguments.only in (None, name):
                run = (lambda: trawl(os.path.abspath(arguments.trawl), start, ports, cwd, arguments.nights)) if name == "trawl" else (
                    lambda: linkchecker(start, cwd))
                judge(name, *run(), plants, arguments.list)
    process.terminate()


if __name__ == "__main__":
    main()
