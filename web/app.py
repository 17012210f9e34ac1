"""The application: which path shows which file. Any other path is a 404 problem."""

from __future__ import annotations

from pathlib import Path

from aiohttp import web

from shared.http.server import API_PREFIX, create_base_app
from web.assets import Asset, load_assets
from web.settings import Settings

STATIC = Path(__file__).parent / "static"

PAGES = {
    "/": "index.html",
    "/api/docs": "docs.html",
    f"{API_PREFIX}/openapi.json": "openapi.json",  # written by `python -m deploy.openapi`
}


def create_app(settings: Settings) -> web.Application:
    """Make the application; files are read once, so a change needs a restart."""
    app = create_base_app("web", settings.instance, checks={})
    assets = load_assets(STATIC)
    for path, name in PAGES.items():
        _serve(app, path, assets.pop(name))
    for name, asset in assets.items():
        _serve(app, f"/static/{name}", asset)
    return app


def _serve(app: web.Application, path: str, asset: Asset) -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        return asset.answer(request)

    app.router.add_get(path, answer)
