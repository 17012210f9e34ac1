"""The application: which path serves which file.

Other paths are 404: a problem document below /api and /static, a page elsewhere.
"""

from __future__ import annotations

from pathlib import Path

from aiohttp import web

from frontend.assets import DOCUMENT, Site
from frontend.https import redirect_to_https
from frontend.previews import preview_of, render
from frontend.settings import Settings
from shared.http.clients import read_path_prefix
from shared.http.server import API_PREFIX, create_base_app

STATIC = Path(__file__).parent / "static"

FILES = {
    "/api/docs": "docs.html",
    f"{API_PREFIX}/openapi.json": DOCUMENT,  # written by `tessera openapi`
}

EMBED = "/embed/canvas/{id}"
"""The page that pages of other origins may show in a frame, if the settings list them."""

PAGES = {
    "/": "home",
    "/canvas/{id}": "canvas",
    EMBED: "canvas",
    "/join": "canvas",
    "/login": "account",
    "/register": "account",
    "/account": "account",
    "/artist/{username}": "artist",
    "/admin": "admin",
    "/admin/{section}": "admin",
}
"""Paths of the client, each with the room of frontend/static/client that shows it."""

PREVIEWED = ("/canvas/{id}", "/artist/{username}")
"""Pages that other sites and apps show something of."""

UNKNOWN = "unknown"
"""The room of every other path, for which the client shows that nothing was found."""


def create_app(settings: Settings) -> web.Application:
    """Create the application; with `settings.reload`, it reads files again after each change."""
    app = create_base_app("frontend", settings.instance, checks={})
    app.middlewares.append(redirect_to_https)
    site = Site(STATIC, rooms=[*PAGES.values(), UNKNOWN], reload=settings.reload)

    def serve(path: str, name: str, status: int = 200) -> None:
        framed_by = settings.origins if path == EMBED else ()

        async def answer(request: web.Request) -> web.StreamResponse:
            asset = site.asset_below(read_path_prefix(request), name)
            if path in PREVIEWED and (preview := preview_of(request)) is not None:
                asset = asset.with_head(render(request, preview))
            return asset.answer(request, status, framed_by=framed_by)

        app.router.add_get(path, answer)

    async def static(request: web.Request) -> web.StreamResponse:
        return site.asset(request.match_info["name"]).answer(request)

    for path, name in FILES.items():
        serve(path, name)
    for path, room in PAGES.items():
        serve(path, f"{room}.html")
    app.router.add_get("/static/{name:.+}", static)
    serve("/{path:(?!(api|static)(/|$)).+}", f"{UNKNOWN}.html", status=404)
    return app
