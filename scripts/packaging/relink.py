#!/usr/bin/env python3
"""Links the release again from its objects: relink.py MANIFEST OUTPUT ICU.o

MANIFEST is what SwiftPM wrote for the build, .build/release.yaml. `swift build` puts what -Xlinker names behind the libraries, and an
object that is to take the place of a library's has to come before them.
"""
import json
import re
import subprocess
import sys

# Nobody looks for symbols in the program, equal functions are kept once, and addresses of functions are read-only from the start.
# Relocations are packed (DT_RELR), which glibc reads since 2.36, Debian 12's: that saves 2.5 MB. The toolchain's own linker can.
FLAGS = ["--no-export-dynamic", "--icf=safe", "-z", "pack-relative-relocs", "-z", "now", "-z", "relro", "--build-id=sha1"]


def main():
    manifest, output, icu = sys.argv[1:]
    with open(manifest) as file:
        found = [json.loads(text) for text in re.findall(r"^ *args: (\[.*\])$", file.read(), re.M)]
    links = [args for args in found if "-emit-executable" in args and is_trawl(args)]
    if len(links) != 1:
        sys.exit(f"{manifest} has {len(links)} commands that link trawl, and not one")
    args = links[0]
    args[args.index("-o") + 1] = output
    objects = next(index for index, word in enumerate(args) if word.endswith(".LinkFileList"))
    args.insert(objects, icu)
    without = []
    for index, word in enumerate(args):
        # A library beside the program is not to be taken for Debian's.
        is_path = word.startswith("-rpath=")
        if is_path or (word == "-Xlinker" and args[index + 1].startswith("-rpath=")):
            continue
        without.append(word)
    for flag in FLAGS:
        without += ["-Xlinker", flag]
    subprocess.run(without + ["-use-ld=lld"], check=True)


def is_trawl(args):
    return args[args.index("-o") + 1].endswith("/trawl")


main()
