#!/usr/bin/env python3
"""A small copy of the ICU data that Swift's Foundation carries: icudata.py OUTPUT.o

Foundation on Linux has all of ICU's data in one array of 34 MB: collations, calendars, names of currencies. trawl uses none of
it. An object that defines the same symbol is linked in its place when it stands among the program's own. This writes one
with the two files of time zones that Foundation looks for when it starts.

The archive's name, the symbol and the layout belong to the toolchain. Where anything is not as expected, this fails.
"""
import json
import os
import struct
import subprocess
import sys
import tempfile

KEPT = ("zoneinfo64.res", "timezoneTypes.res")


def run(*command, **options):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, **options).stdout


def archive():
    """The archive of the toolchain that `swiftc` belongs to."""
    info = json.loads(run("swiftc", "-print-target-info"))
    return os.path.normpath(
        os.path.join(info["paths"]["runtimeResourcePath"], "..", "swift_static", "linux", "lib_FoundationICU.a"))


def data(path, folder):
    """The symbol's name, and the bytes of the array."""
    names = [
        line.split()[-1]
        for line in run("nm", "--defined-only", path, stderr=subprocess.DEVNULL).decode().splitlines()
        if " R icudt" in line
    ]
    if len(names) != 1 or not names[0].endswith("_dat"):
        raise SystemExit(f"{path}: not one symbol of ICU's data but {names}")
    member = "icu_packaged_data.cpp.o"
    run("ar", "x", path, member, cwd=folder)
    raw = os.path.join(folder, "data")
    run("objcopy", "-O", "binary", "--only-section=.rodata", os.path.join(folder, member), raw)
    with open(raw, "rb") as file:
        return names[0], file.read()


def smaller(data):
    """A package of ICU data with the files of KEPT alone (ICU's ucmndata.h)."""
    header, magic = struct.unpack_from("<HH", data)
    if magic != 0x27DA or data[12:16] != b"CmnD":
        raise SystemExit("this is no package of ICU data")
    (count,) = struct.unpack_from("<I", data, header)
    entries = [struct.unpack_from("<II", data, header + 4 + 8 * index) for index in range(count)]
    ends = [entry[1] for entry in entries[1:]] + [len(data) - header]
    kept = []
    for (name, start), end in zip(entries, ends):
        text = data[header + name : data.index(b"\0", header + name)]
        if text.decode().rsplit("/", 1)[-1] in KEPT:
            kept.append((text, data[header + start : header + end]))
    if len(kept) != len(KEPT):
        raise SystemExit(f"ICU's data have {[name for name, _ in kept]} of {KEPT}")
    names = b""
    offsets = []
    for name, _ in kept:
        offsets.append(4 + 8 * len(kept) + len(names))
        names += name + b"\0"
    bodies = b""
    begin = -(-(4 + 8 * len(kept) + len(names)) // 16) * 16
    table = struct.pack("<I", len(kept))
    for offset, (_, body) in zip(offsets, kept):
        table += struct.pack("<II", offset, begin + len(bodies))
        bodies += body + b"\0" * (-len(body) % 16)
    contents = table + names
    return data[:header] + contents + b"\0" * (begin - len(contents)) + bodies


def main():
    output = sys.argv[1]
    with tempfile.TemporaryDirectory() as folder:
        symbol, whole = data(archive(), folder)
        small = smaller(whole)
        # Names in the folder alone, so that the object is the same wherever it is made.
        with open(os.path.join(folder, "icu.dat"), "wb") as file:
            file.write(small)
        with open(os.path.join(folder, "icu.s"), "w") as file:
            file.write(
                f".section .rodata\n.globl {symbol}\n.type {symbol}, %object\n.balign 16\n{symbol}:\n"
                f'.incbin "icu.dat"\n.size {symbol}, . - {symbol}\n.section .note.GNU-stack,"",%progbits\n'
            )
        run("cc", "-c", "icu.s", "-o", "icu.o", cwd=folder)
        with open(os.path.join(folder, "icu.o"), "rb") as source, open(output, "wb") as target:
            target.write(source.read())
    print(f"ICU's data: {len(whole)} bytes, of which {len(small)} are kept", file=sys.stderr)


main()
