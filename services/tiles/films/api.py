"""Routes of films."""

from __future__ import annotations

from aiohttp import web

from services.tiles.films.rules import EXTENSIONS, Film, FilmStatus
from services.tiles.films.schemas import FilmDraft, FilmListView, FilmView
from services.tiles.films.service import FILMS
from shared.http.access import Access
from shared.http.clients import locate
from shared.http.downloads import send_download
from shared.http.operations import Operation, RawResponse, respond, respond_empty
from shared.identity import Identity

MEDIA_TYPE = "application/octet-stream"
"""A film is a download in every format."""


async def request_film(
    request: web.Request, canvas_id: int, body: FilmDraft, caller: Identity
) -> web.Response:
    """Have the history of a canvas made into a film, in the background; one at a time per artist.

    It shows the existing public tiles on the canvas's paper. Its progress is sent over the caller's
    WebSockets of the canvas (`film`). An artist's three newest films are kept, for a day each; old ones go
    earlier if those of all artists take too much room.
    """
    film = await request.app[FILMS].request(caller, canvas_id, body)
    return respond(FilmView.of(film), status=202, headers=locate(request, film.id))


async def list_films(request: web.Request, canvas_id: int, caller: Identity) -> web.Response:
    """List the caller's films of a canvas, and the formats there are."""
    films = request.app[FILMS]
    items = [FilmView.of(film) for film in await films.list(caller, canvas_id)]
    return respond(FilmListView(items=items, formats=list(films.formats)))


async def get_film(request: web.Request, canvas_id: int, film_id: int, caller: Identity) -> web.Response:
    """Show how far a film of the caller is."""
    return respond(FilmView.of(await request.app[FILMS].get(caller, canvas_id, film_id)))


async def download_film(
    request: web.Request, canvas_id: int, film_id: int, caller: Identity
) -> web.StreamResponse:
    """Download the file of a film; 202 while it is being made."""
    film = await request.app[FILMS].get(caller, canvas_id, film_id)
    if film.status is not FilmStatus.READY:
        return respond(FilmView.of(film), status=202)
    return await _send(request, film)


async def remove_film(request: web.Request, canvas_id: int, film_id: int, caller: Identity) -> web.Response:
    """Cancel a film that is being made, or delete a finished one."""
    await request.app[FILMS].remove(caller, canvas_id, film_id)
    return respond_empty()


async def _send(request: web.Request, film: Film) -> web.StreamResponse:
    name = f"tessera-{film.canvas_id}-{film.id}.{EXTENSIONS[film.format]}"
    headers = {
        "Content-Type": MEDIA_TYPE,
        "Content-Length": str(film.size_bytes),
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "private, no-store",
    }
    return await send_download(request, request.app[FILMS].read(film), headers, film_id=film.id)


_NOT_FOUND = ("404 canvas_not_found", "404 film_not_found")

OPERATIONS = (
    Operation(
        "POST", "/canvases/{canvas_id}/films", request_film, {202: FilmView}, Access.ARTIST,
        ("404 canvas_not_found", "409 film_pending", "429 films_busy"),
    ),
    Operation(
        "GET", "/canvases/{canvas_id}/films", list_films, {200: FilmListView}, Access.ARTIST,
        ("404 canvas_not_found",),
    ),
    Operation(
        "GET", "/canvases/{canvas_id}/films/{film_id}", get_film, {200: FilmView}, Access.ARTIST, _NOT_FOUND
    ),
    Operation(
        "GET", "/canvases/{canvas_id}/films/{film_id}/file", download_film,
        {200: RawResponse(MEDIA_TYPE, "The file"), 202: FilmView}, Access.ARTIST, _NOT_FOUND,
    ),
    Operation(
        "DELETE", "/canvases/{canvas_id}/films/{film_id}", remove_film, {204: None}, Access.ARTIST,
        _NOT_FOUND,
    ),
)  # fmt: skip
