"""The static files in memory, their cache rules, and the pages that start the client."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from string import Template
from urllib.parse import urljoin

from aiohttp import hdrs, web

from shared.http.etags import etag, is_unchanged

MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
}

REVALIDATE = "no-cache"
DOCUMENT = "openapi.json"
MOST_BELOW = 64  # pages that are kept for path prefixes, of which an installation has one
FOREVER = "public, max-age=31536000, immutable"

_VERSIONED = re.compile(r"-\d+(\.\d+)+/")
_CLIENT = re.compile(r"^client(-\w+)?/")
_LOCAL_LINK = re.compile(rb"""(\b(?:href|src)=")/""")
_IMPORT = re.compile(r"""^(?:import|export)\b[^;'"]*["']([^'"]+)["'];""", re.MULTILINE)

# blob: serves pictures that the page creates itself, such as a tile for download.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors "
)


def content_security_policy(framed_by: Sequence[str]) -> str:
    """Return the policy of a page; pages of the origins `framed_by` may show it in a frame."""
    return _POLICY + (" ".join(framed_by) or "'none'")


@dataclass(frozen=True)
class Asset:
    """A file in memory; `body` is gzipped if `is_gzipped`."""

    body: bytes
    media_type: str
    is_gzipped: bool
    cache_control: str
    tag: str

    def with_head(self, elements: str) -> Asset:
        """Return the page with more elements in its head."""
        body = self.body.replace(b"</title>", b"</title>\n  " + elements.encode(), 1)
        return replace(self, body=body, tag=etag(_digest(body)[:32]))

    def answer(
        self, request: web.Request, status: int = 200, *, framed_by: Sequence[str] = ()
    ) -> web.Response:
        """Respond with the file, or with 304 if the caller has it; a page may be framed by these origins."""
        # Weak, because this server and the gateway send the same file both compressed and uncompressed.
        headers: dict[str, str] = {hdrs.ETAG: f"W/{self.tag}", hdrs.CACHE_CONTROL: self.cache_control}
        if self.is_gzipped:
            headers[hdrs.VARY] = hdrs.ACCEPT_ENCODING
        # Of a kept page too: what the settings allow may have changed, the page has not.
        if self.media_type.startswith("text/html"):
            headers[hdrs.CONTENT_SECURITY_POLICY] = content_security_policy(framed_by)
            if not framed_by:
                headers["X-Frame-Options"] = "DENY"  # for what reads no policy; it cannot name origins
        if status == 200 and is_unchanged(request, self.tag):
            return web.Response(status=304, headers=headers)
        headers[hdrs.CONTENT_TYPE] = self.media_type
        if self.is_gzipped and "gzip" in request.headers.get(hdrs.ACCEPT_ENCODING, ""):
            headers[hdrs.CONTENT_ENCODING] = "gzip"
            return web.Response(status=status, body=self.body, headers=headers)
        body = gzip.decompress(self.body) if self.is_gzipped else self.body
        return web.Response(status=status, body=body, headers=headers)


class Site:
    """The files below a folder, by relative path, and a page for each room of the client.

    The pages and the API document name addresses of this site. So there is one of each for the path below
    which a caller sees the site: the prefix that the gateway removed, usually none.
    """

    def __init__(self, folder: Path, rooms: Iterable[str], *, reload: bool) -> None:
        """Read the files; with `reload`, read them again after each change.

        Raises KeyError for a file whose suffix is not in MEDIA_TYPES.
        """
        self._folder = folder
        self._rooms = frozenset(rooms)
        self._reload = reload
        self._stamp = self._newest()
        self._assets = load_assets(folder, self._rooms)
        self._below: dict[tuple[str, str], Asset] = {}

    def asset(self, name: str) -> Asset:
        """Return the file of that name, or raise HTTPNotFound."""
        if self._reload and (newest := self._newest()) != self._stamp:
            self._stamp = newest
            self._assets = load_assets(self._folder, self._rooms)
            self._below.clear()
        # Pages of another version, as during a rollout, get the files of this one.
        asset = self._assets.get(name) or self._assets.get(_CLIENT.sub("client/", name))
        if asset is None:
            raise web.HTTPNotFound
        return asset

    def asset_below(self, prefix: str, name: str) -> Asset:
        """Return the page or the API document of that name for a caller who sees the site below `prefix`."""
        asset = self.asset(name)
        if not prefix:
            return asset
        if (prefix, name) not in self._below:
            if len(self._below) >= MOST_BELOW:
                self._below.clear()
            body = _describe_below(prefix, asset.body) if name == DOCUMENT else _below(prefix, asset.body)
            self._below[prefix, name] = replace(asset, body=body, tag=etag(_digest(body)[:32]))
        return self._below[prefix, name]

    def _newest(self) -> tuple[int, int]:
        times = [path.stat().st_mtime_ns for path in self._folder.rglob("*")]
        return len(times), max(times)


def load_assets(folder: Path, rooms: Iterable[str]) -> dict[str, Asset]:
    """Read every file below `folder`, by relative path; `name.js.gz` is served as `name.js`.

    The client is served a second time from a folder named after its content. Pages load it from there, so
    that browsers cache it without revalidation and load a new version as a whole. `<room>.html` is index.html
    for the pages of that room of the client.
    """
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix != ".ts"  # declarations of types
    }
    index = Template(files.pop("index.html").decode())
    client = {name: body for name, body in files.items() if _CLIENT.match(name)}
    home = f"client-{_digest(b''.join(client.values()))[:12]}/"
    files |= {_CLIENT.sub(home, name): body for name, body in client.items()}
    files |= {f"{room}.html": _page(index, home, room, files) for room in rooms}
    return {
        name.removesuffix(".gz"): _asset(name, body, is_versioned=name.startswith(home))
        for name, body in files.items()
    }


def _below(prefix: str, page: bytes) -> bytes:
    """Lead the links of a page below the prefix, and tell the client (base.js)."""
    return _LOCAL_LINK.sub(rb"\1%b/" % prefix.encode(), page).replace(
        b'data-base=""', b'data-base="%b"' % prefix.encode()
    )


def _describe_below(prefix: str, document: bytes) -> bytes:
    return json.dumps(
        json.loads(document) | {"servers": [{"url": prefix}]}, indent=1, sort_keys=True
    ).encode()


def _page(index: Template, home: str, room: str, files: Mapping[str, bytes]) -> bytes:
    """Fill in index.html. It preloads modules that a browser would otherwise discover import by import."""
    folders = (f"{home}shell/", f"{home}{room}/")
    first = [f"{home}main.js", *(name for name in files if name.startswith(folders))]
    preloads = [f'<link rel="modulepreload" href="/static/{name}">' for name in _with_imports(first, files)]
    return index.substitute(client=f"/static/{home}", preloads="\n  ".join(preloads), room=room).encode()


def _with_imports(modules: list[str], files: Mapping[str, bytes]) -> list[str]:
    """List the modules and everything they import statically."""
    found = [name for name in modules if name.endswith(".js")]
    for name in found:  # grows while it is walked
        for address in _IMPORT.findall(files[name].decode()):
            path = urljoin(f"/static/{name}", address).removeprefix("/static/")
            if path in files and path not in found:
                found.append(path)
    return found


def _asset(name: str, body: bytes, *, is_versioned: bool) -> Asset:
    return Asset(
        body=body,
        media_type=MEDIA_TYPES[PurePosixPath(name.removesuffix(".gz")).suffix],
        is_gzipped=name.endswith(".gz"),
        # A folder named after a version never changes; files without a version are revalidated by ETag.
        cache_control=FOREVER if is_versioned or _VERSIONED.search(name) else REVALIDATE,
        tag=etag(_digest(body)[:32]),
    )


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()
