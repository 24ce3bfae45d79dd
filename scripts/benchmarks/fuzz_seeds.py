"""Makes seeds for scripts/fuzz of the corpora: fuzz_seeds.py CORPORA FOLDER"""

import base64
import hashlib
import json
import pathlib
import sys

# As in Tests/ScanFuzz/FuzzedInput.swift.
CONTENT_TYPES = [
    "text/html", "text/html; charset=utf-8", "text/html; charset=windows-1251", "text/html; charset=shift_jis",
    "text/html; charset=gb18030", "text/html; charset=big5", "text/html; charset=euc-jp",
    "text/html; charset=euc-kr", "text/html; charset=iso-2022-jp", "text/html; charset=utf-16le",
    "application/xhtml+xml", None, "application/json", "text/plain",
]
EXPRESSION = 0xF0
EXPRESSIONS = [
    "//h1", "//a/@href", "count(//li)", "//div[@class='x']//p[1]/text()", "//a | //b/..", "string(//h1)",
    "//p[contains(., 'x') and position() < 3]", "//li/following-sibling::li", "(//a)[1]", "£([0-9.]+)",
    "(?i)<h1[^>]*>(.*?)</h1>", "$.data.items[*].name", "$['a'][-1]", "$..price",
]
JSON = ['{"a": [1, {"a": ["x\\u00e9"]}], "b": null}', "[[[]], -1.5e3, true]"]


def main():
    corpora, folder = map(pathlib.Path, sys.argv[1:])
    for name in ("titles.jsonl", "titles-entities.jsonl", "titles-controls.jsonl", "charset.jsonl"):
        for line in (corpora / name).open(encoding="utf-8"):
            row = json.loads(line)
            body = base64.b64decode(row.get("input_b64") or row.get("body_b64") or "")
            content_type = (row.get("content_type") or "text/html").lower()
            kind = CONTENT_TYPES.index(content_type) if content_type in CONTENT_TYPES else 0
            write(folder, kind, body)
    for text in JSON:
        write(folder, CONTENT_TYPES.index("application/json"), text.encode())
    for text in EXPRESSIONS:
        write(folder, EXPRESSION, text.encode())


def write(folder, kind, body):
    seed = bytes([kind, 7, 0, 64]) + body
    (folder / hashlib.sha1(seed).hexdigest()).write_bytes(seed)


main()
