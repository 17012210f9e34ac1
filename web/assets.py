"""Files kept in memory, and how a browser may cache them."""

from __future__ import annotations

import gzip
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

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
FOREVER = "public, max-age=31536000, immutable"

_VERSIONED = re.compile(r"-\d+(\.\d+)+/")

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


@dataclass(frozen=True)
class Asset:
    """A file: its bytes, gzipped if `is_gzipped`, and its media type."""

    body: bytes
    media_type: str
    is_gzipped: bool
    cache_control: str
    tag: str

    def answer(self, request: web.Request) -> web.Response:
        """Answer with the file, or 304 when the caller has it."""
        # Weak: the same file goes out packed and unpacked, here and by the gateway.
        headers = {hdrs.ETAG: f"W/{self.tag}", hdrs.CACHE_CONTROL: self.cache_control}
        if self.is_gzipped:
            headers[hdrs.VARY] = hdrs.ACCEPT_ENCODING
        if is_unchanged(request, self.tag):
            return web.Response(status=304, headers=headers)
        headers[hdrs.CONTENT_TYPE] = self.media_type
        if self.media_type.startswith("text/html"):
            headers[hdrs.CONTENT_SECURITY_POLICY] = CONTENT_SECURITY_POLICY
        if self.is_gzipped and "gzip" in request.headers.get(hdrs.ACCEPT_ENCODING, ""):
            return web.Response(body=self.body, headers={**headers, hdrs.CONTENT_ENCODING: "gzip"})
        return web.Response(
            body=gzip.decompress(self.body) if self.is_gzipped else self.body, headers=headers
        )


def load_assets(folder: Path) -> dict[str, Asset]:
    """Read every file below `folder`, by its path there; `name.js.gz` is served as `name.js`.

    Raises KeyError for a file of a kind that MEDIA_TYPES does not know.
    """
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    names = [path.relative_to(folder).as_posix() for path in files]
    return {
        name.removesuffix(".gz"): _asset(name, path.read_bytes())
        for name, path in zip(names, files, strict=True)
    }


def _asset(name: str, body: bytes) -> Asset:
    return Asset(
        body=body,
        media_type=MEDIA_TYPES[PurePosixPath(name.removesuffix(".gz")).suffix],
        is_gzipped=name.endswith(".gz"),
        # A folder named after a version never changes; what has no version is asked for again, by its tag.
        cache_control=FOREVER if _VERSIONED.search(name) else REVALIDATE,
        tag=etag(hashlib.sha256(body).hexdigest()[:32]),
    )
