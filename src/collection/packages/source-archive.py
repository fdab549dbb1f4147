"""Downloads the source archive of a package and builds nothing, for src/collection/packages/packages.ts.

  source-archive.py <name> <version or -> <folder>

pip itself runs a source archive's build script before it hands the file over. This asks the same places that pip would
(index-url, extra-index-url, find-links, no-index, cert and proxy of its configuration and environment) by PyPI's simple
API, checks the SHA-256 that the index states, and prints the path of the file as JSON. What is not found ends with exit
code 1 and one line on stderr.
"""

import ast
import base64
import hashlib
import html.parser
import json
import os
import pathlib
import ssl
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import InvalidSdistFilename, canonicalize_name, parse_sdist_filename
from packaging.version import Version

LARGEST_ARCHIVE = 1 << 30
LARGEST_PAGE = 64 << 20
SIMPLE = "application/vnd.pypi.simple.v1+json, text/html;q=0.5"


def pip_settings():
    """pip's configuration, later sources over earlier ones: file sections, then the environment."""
    command = [sys.executable, "-I", "-m", "pip", "config", "list"]
    lines = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout.splitlines()
    found = {}
    for section in ("global.", "download.", ":env:."):
        for line in lines:
            key, equals, value = line.partition("=")
            if equals and key.startswith(section):
                found[key[len(section) :].lower().replace("_", "-")] = str(ast.literal_eval(value))
    return found


class Links(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        if tag == "a" and values.get("href"):
            requires = values.get("data-requires-python")
            self.found.append({"url": values["href"], "requires-python": requires, "yanked": "data-yanked" in values})


class Web:
    def __init__(self, settings):
        context = ssl.create_default_context(cafile=settings.get("cert"))
        handlers = [urllib.request.HTTPSHandler(context=context)]
        if settings.get("proxy"):
            handlers.append(urllib.request.ProxyHandler({"http": settings["proxy"], "https": settings["proxy"]}))
        self.opener = urllib.request.build_opener(*handlers)

    def open(self, url, accept="*/*"):
        parts = urllib.parse.urlsplit(url)
        headers = {"Accept": accept, "User-Agent": "trm-code-repair"}
        if parts.username is not None:
            pair = ":".join(urllib.parse.unquote(value or "") for value in (parts.username, parts.password))
            headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
            url = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
        return self.opener.open(urllib.request.Request(url, headers=headers), timeout=60)


def on_page(web, url):
    """Files that a page of the simple API links to; none when there is no such page."""
    try:
        with web.open(url, SIMPLE) as answer:
            body, kind, base = answer.read(LARGEST_PAGE), answer.headers.get_content_type(), answer.geturl()
    except urllib.error.HTTPError as error:
        if error.code == 404:
            return
        raise
    if kind.endswith("+json"):
        for file in json.loads(body).get("files", []):
            yield {**file, "sha256": file.get("hashes", {}).get("sha256"), "base": base}
        return
    links = Links()
    links.feed(body.decode("utf-8", "replace"))
    for link in links.found:
        fragment = urllib.parse.parse_qs(urllib.parse.urlsplit(link["url"]).fragment)
        yield {**link, "sha256": fragment.get("sha256", [None])[0], "base": base}


def candidates(name, web, settings):
    """(file name, URL or path, sha256, requires-python, yanked) of every file, from wherever pip would look."""
    pages = []
    for place in settings.get("find-links", "").split():
        folder = pathlib.Path(urllib.request.url2pathname(place.removeprefix("file://")))
        if place.startswith(("http://", "https://")):
            pages.append(place)
        elif folder.is_dir():
            yield from ((file.name, file, None, None, False) for file in sorted(folder.iterdir()) if file.is_file())
    if settings.get("no-index", "").lower() not in ("1", "true", "yes", "on"):
        indexes = [settings.get("index-url", "https://pypi.org/simple")]
        for index in indexes + settings.get("extra-index-url", "").split():
            pages.append(f"{index.rstrip('/')}/{name}/")
    for page in pages:
        for file in on_page(web, page):
            url = urllib.parse.urljoin(file["base"], file["url"])
            last = urllib.parse.unquote(urllib.parse.urlsplit(url).path).rsplit("/", 1)[-1]
            if urllib.parse.urlsplit(url).scheme in ("http", "https"):
                yield last, url, file["sha256"], file.get("requires-python"), bool(file.get("yanked"))


def choose(name, wanted, files):
    """The newest source archive of a package; of an exact version also a yanked or a pre-release one."""
    found = []
    for last, place, digest, requires, yanked in files:
        try:
            stem, version = parse_sdist_filename(last)
        except InvalidSdistFilename:
            continue
        if stem != name or (wanted is not None and version != wanted):
            continue
        if wanted is None and (yanked or not runs_here(requires)):
            continue
        found.append((not version.is_prerelease, version, last.endswith(".tar.gz"), last, place, digest))
    return max(found, key=lambda file: file[:3])[3:] if found else None


def runs_here(requires):
    try:
        return SpecifierSet(requires or "").contains(".".join(map(str, sys.version_info[:3])))
    except InvalidSpecifier:
        return True


def fetch(web, last, place, digest, folder):
    target = pathlib.Path(folder) / last
    os.makedirs(folder, exist_ok=True)
    if isinstance(place, pathlib.Path):
        target.write_bytes(place.read_bytes())
        return target
    if digest is None:
        raise SystemExit(f"the index states no SHA-256 of {last}: it cannot be checked")
    seen, size = hashlib.sha256(), 0
    with web.open(place) as answer, open(target, "wb") as file:
        while block := answer.read(1 << 20):
            size += len(block)
            if size > LARGEST_ARCHIVE:
                raise SystemExit(f"{last} is larger than {LARGEST_ARCHIVE >> 30} GiB")
            seen.update(block)
            file.write(block)
    if seen.hexdigest() != digest.lower():
        raise SystemExit(f"{last} has another SHA-256 than the index states: {seen.hexdigest()}")
    return target


if __name__ == "__main__":
    name, version, folder = sys.argv[1:]
    name = canonicalize_name(name)
    try:
        settings = pip_settings()
        web = Web(settings)
        file = choose(name, None if version == "-" else Version(version), candidates(name, web, settings))
        if file is None:
            raise SystemExit(f"no source archive of {name}{'' if version == '-' else ' ' + version} is found")
        print(json.dumps(str(fetch(web, *file, folder))))
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        # Never the address: it may hold a password.
        raise SystemExit(f"the package index did not answer: {type(error).__name__} {getattr(error, 'reason', '')}") from None
