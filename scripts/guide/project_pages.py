"""Hooks of MkDocs.

The pages that stand at the top of the project are part of the site too. They stay where they are. `docs/` links to them as
`../NAME`, and they link to `docs/NAME`; here these links are turned to where the pages are in the site.

A link whose text is the name of a file, which is what one looks for in a folder, has the title of the page as its text in the site.

The theme loads one script from elsewhere. The site has its own in the place of that (worker.js), so that it asks nobody for anything.
"""

import pathlib
import re

from mkdocs.structure.files import File

PROJECT = pathlib.Path(__file__).parents[2]
PAGES = {
    "README.md": "project/readme.md",
    "ARCHITECTURE.md": "project/architecture.md",
    "CONTRIBUTING.md": "project/contributing.md",
    "CHANGELOG.md": "project/changelog.md",
    "LICENSE": "project/license.md",
}
FOREIGN_WORKER = "https://unpkg.com/iframe-worker/shim"
WORKER = "assets/worker.js"


def on_files(files, config):
    for name, place in PAGES.items():
        text = (PROJECT / name).read_text(encoding="utf-8")
        if name == "LICENSE":
            text = f"# Licence\n\n{text}"
        text = re.sub(r"\]\(docs/([^)]*)\)", r"](../\1)", text)
        for other, target in PAGES.items():
            text = text.replace(f"]({other}", f"]({pathlib.PurePosixPath(target).name}")
        files.append(File.generated(config, place, content=text))
    worker = pathlib.Path(__file__).with_name("worker.js").read_text(encoding="utf-8")
    files.append(File.generated(config, WORKER, content=worker))
    return files


def on_page_markdown(markdown, page, config, files):
    if page.file.src_uri.startswith("project/"):
        return markdown
    for name, place in PAGES.items():
        markdown = markdown.replace(f"](../{name}", f"]({place}")
    return re.sub(r"\[([\w.-]+\.md)\]\(\1(#[^)]*)?\)", with_title, markdown)


def with_title(link):
    name, place = link.group(1), link.group(2) or ""
    title = (PROJECT / "docs" / name).read_text(encoding="utf-8").split("\n", 1)[0].removeprefix("# ")
    return f"[{title}]({name}{place})"


def on_post_build(config):
    site = pathlib.Path(config.site_dir)
    for page in site.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        here = "../" * (len(page.relative_to(site).parts) - 1) + WORKER
        page.write_text(text.replace(FOREIGN_WORKER, here), encoding="utf-8")
