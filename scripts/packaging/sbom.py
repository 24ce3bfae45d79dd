#!/usr/bin/env python3
"""What a package is made of, as CycloneDX 1.5: sbom.py VERSION BINARY < Package.resolved > trawl.cdx.json

The Swift packages and the toolchain that are linked in, and Debian's packages of the libraries that the binary names. The same input
gives the same bytes: the date is SOURCE_DATE_EPOCH, the serial number a digest of the contents.
"""
import datetime
import json
import os
import re
import subprocess
import sys
import uuid

# Licences as SPDX names them, by the identity that Package.resolved has.
LICENCES = {
    "flyingfox": "MIT",
    "grdb.swift": "MIT",
    "yams": "MIT",
    "swift-argument-parser": "Apache-2.0 WITH Swift-exception",
    "swift-collections": "Apache-2.0 WITH Swift-exception",
    "swift-log": "Apache-2.0 WITH Swift-exception",
}


def run(*command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout.decode()


def component(name, version, purl, licence=None, **more):
    made = {"type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl, **more}
    if licence:
        made["licenses"] = [{"expression": licence}]
    return made


def swift_packages():
    for pin in json.load(sys.stdin)["pins"]:
        place = re.sub(r"^https://|\.git$", "", pin["location"])
        version = pin["state"]["version"]
        properties = [{"name": "git:revision", "value": pin["state"]["revision"]}]
        # A package without an entry above fails here, and is to be added to debian/copyright too.
        yield component(
            pin["identity"], version, f"pkg:swift/{place}@{version}", LICENCES[pin["identity"]], properties=properties)
    yield component("libyaml", "0.2.5", "pkg:generic/libyaml@0.2.5", "MIT")


def toolchain():
    version = re.search(r"Swift version (\S+)", run("swiftc", "--version"))[1]
    for name, licence in [
        ("swift", "Apache-2.0 WITH Swift-exception"),
        ("swift-foundation", "Apache-2.0 WITH Swift-exception"),
        ("swift-corelibs-foundation", "Apache-2.0 WITH Swift-exception"),
        ("swift-corelibs-libdispatch", "Apache-2.0 WITH Swift-exception"),
        ("swift-foundation-icu", "Unicode-3.0"),
    ]:
        yield component(name, version, f"pkg:swift/github.com/swiftlang/{name}@{version}", licence)


def debian_packages(binary):
    architecture = run("dpkg", "--print-architecture").strip()
    sonames = re.findall(r"\(NEEDED\).*\[(.*?)\]", run("readelf", "-dW", binary))
    found = set()
    for line in run("ldd", binary).splitlines():
        match = re.match(r"\s*(\S+) => (\S+)", line)
        if match and match[1] in sonames:
            found.add(owner(match[2]))
    for name in sorted(found):
        version = run("dpkg-query", "-W", "-f", "${Version}", name)
        plain = name.split(":")[0]
        yield component(
            plain, version, f"pkg:deb/debian/{plain}@{version.replace('+', '%2B')}?arch={architecture}",
            scope="required", properties=[{"name": "trawl:linked", "value": "at run time"}])


def owner(path):
    for place in (os.path.realpath(path), path, path.removeprefix("/usr"), "/usr" + os.path.realpath(path)):
        try:
            return run("dpkg-query", "-S", place).split(": ")[0]
        except subprocess.CalledProcessError:
            continue
    sys.exit(f"no package of Debian has {path}")


def main():
    version, binary = sys.argv[1:]
    parts = sorted(
        [*swift_packages(), *toolchain(), *debian_packages(binary)], key=lambda part: part["bom-ref"])
    root = component("trawl", version, f"pkg:generic/trawl@{version}", "MIT")
    root["type"] = "application"
    moment = datetime.datetime.fromtimestamp(int(os.environ["SOURCE_DATE_EPOCH"]), datetime.timezone.utc)
    document = {
        "bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1,
        "metadata": {"timestamp": moment.strftime("%Y-%m-%dT%H:%M:%SZ"), "component": root},
        "components": parts,
        "dependencies": [{"ref": root["bom-ref"], "dependsOn": [part["bom-ref"] for part in parts]}],
    }
    text = json.dumps(document, sort_keys=True)
    document["serialNumber"] = f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, text)}"
    json.dump(document, sys.stdout, indent=1, sort_keys=True)
    print()


main()
