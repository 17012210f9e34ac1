"""The application: which path serves which file.

Other paths are 404: a problem document below /api and /static, a page elsewhere.
"""

from __future__ import annotations

from pathlib import Path

from aiohttp import web

from frontend.assets import Site
from frontend.https import redirect_to_https
from frontend.settings import Settings
from shared.http.server import API_PREFIX, create_base_app

STATIC = Path(__file__).parent / "static"

FILES = {
    "/api/docs": "docs.html",
    f"{API_PREFIX}/openapi.json": "openapi.json",  # written by `tessera openapi`
}

PAGES = {
    "/": "home",
    "/canvas/{id}": "canvas",
    "/login": "account",
    "/register": "account",
    "/account": "account",
    "/artist/{username}": "artist",
    "/admin": "admin",
    "/admin/{section}": "admin",
}
"""Paths of the client, each with the room of frontend/static/client that shows it."""

UNKNOWN = "unknown"
"""The room of every other path, for which the client shows that nothing was found."""


def create_app(settings: Settings) -> web.Application:
    """Create the application; with `settings.reload`, it reads files again after each change."""
    app = create_base_app("frontend", settings.instance, checks={})
    app.middlewares.append(redirect_to_https)
    site = Site(STATIC, rooms=[*PAGES.values(), UNKNOWN], reload=settings.reload)

    def serve(path: str, name: str, status: int = 200) -> None:
        async def answer(request: web.Request) -> web.StreamResponse:
            return site.asset(name).answer(request, status)

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
