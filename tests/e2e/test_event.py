"""An event, from its beginning to its end: forty artists paint a template together, against one vandal.

They paint over WebSockets through the gateway, while the broker is killed twice. What the software then says
of the event, picture, charges and statistics, is compared with what each of them did.
"""

from __future__ import annotations

import asyncio
import base64
import itertools
import json
import os
import zlib
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from io import BytesIO
from pathlib import Path
from typing import Any, Self

import aiohttp
import pytest
from PIL import Image

from deploy.stack.state_dir import REPOSITORY
from tests.support.lighthouse import PICTURE, quantised
from tests.support.people import ApiArtist
from tests.support.stack import Stack, run_environment
from tests.support.waiting import PATIENCE, poll_until, until

ARTISTS, MODERATORS = 40, 3
WIDTH, HEIGHT, LEFT, TOP = 64, 48, 5, 7
"""Of the template, and where it lies on the canvas."""

CHARGES = 100
EVENT = {
    "name": "The lighthouse, together", "width": 96, "height": 64, "tile_size": 32, "palette": "sweetie-16",
    "collaboration_mode": "place", "max_charges": CHARGES, "cooldown_seconds": 3600,
}  # fmt: skip
PER_PLACEMENT = 7
SCRIBBLED = 30
"""Pixels that the vandal paints over."""

Pixel = tuple[int, int, int]


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack of its own: it is one network from which all register."""
    var = tmp_path_factory.mktemp("event") / "var"
    stack = Stack(var, run_environment(var))
    yield stack
    stack.stop()


@pytest.fixture
async def http(stack: Stack) -> AsyncIterator[aiohttp.ClientSession]:
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(
        stack.url, connector=connector, cookie_jar=aiohttp.DummyCookieJar()
    ) as session:
        yield session


async def test_an_event_ends_with_the_picture_of_its_template_and_exact_numbers(
    stack: Stack, http: aiohttp.ClientSession
) -> None:
    organiser = await ApiArtist.register(http, "organiser")
    status, canvas = await organiser.call("POST", "/canvases", json=EVENT)
    assert status == 201, canvas
    template = await upload_template(organiser, canvas)
    pixels = await read_pixels(organiser, template)
    moderators = await appoint_moderators(stack, http)
    vandal = await ApiArtist.register(http, "vandal")
    artists = await asyncio.gather(*(ApiArtist.register(http, "artist") for _ in range(ARTISTS)))
    shares = [pixels[number::ARTISTS] for number in range(ARTISTS)]
    thirds = [[share[third::3] for share in shares] for third in range(3)]

    await paint_all(artists, canvas, thirds[0])
    first_third = [pixel for share in thirds[0] for pixel in share]
    scribbles = [(x, y, 1 + colour % 16) for x, y, colour in first_third[:SCRIBBLED]]
    for third, vandals in ((thirds[1], [vandal]), (thirds[2], [])):
        await asyncio.gather(
            kill_broker(stack),
            paint_all([*artists, *vandals], canvas, [*third, *([scribbles] if vandals else [])]),
        )
    assert await progress_of(organiser, template) == (len(pixels), len(pixels) - SCRIBBLED, SCRIBBLED)

    await expel(moderators, await find_vandal(moderators[0], canvas, template, pixels), vandal, canvas)
    assert await progress_of(organiser, template) == (len(pixels), len(pixels), 0)
    await assert_picture_is_the_template(organiser, canvas, template)
    await assert_numbers_are_exact(artists, canvas, shares, scribbles)


async def test_the_commands_of_the_document_work_when_pasted(
    stack: Stack, http: aiohttp.ClientSession, tmp_path: Path
) -> None:
    admin = stack.admin_login
    environment = {
        **os.environ,
        "TESSERA_URL": stack.url,
        "TESSERA_USER": admin["username"],
        "TESSERA_PASSWORD": admin["password"],
    }
    (tmp_path / "picture.png").write_bytes(PICTURE.read_bytes())
    vandal = await ApiArtist.register(http, "vandal")
    sign_in, upload, begin, expel_vandal, archive = commands_of("docs/events.md")
    async with Shell.opened(tmp_path, environment) as shell:
        assert await shell.run(sign_in) == []
        [link] = await shell.run(upload)
        canvas_id = link.removeprefix(f"{stack.url}/canvas/").partition("#t=")[0]
        assert (await shell.run(begin))[0] == "null"
        status, _ = await vandal.call("POST", f"/canvases/{canvas_id}/pixels", json={"pixels": [[10, 12, 1]]})
        assert status == 200
        assert await shell.run(expel_vandal) == ["true", "1", "1", "false"]
        await shell.run(archive)
    with Image.open(tmp_path / "event.png") as picture, Image.open(PICTURE) as template:
        assert picture.size == (4 * template.width, 4 * template.height)
    with Image.open(tmp_path / "timelapse.png") as film:
        assert film.format == "PNG"
    assert json.loads((tmp_path / "statistics.json").read_text())["pixels_painted"] == 1
    status, refused = await vandal.call("POST", f"/canvases/{canvas_id}/pixels", json={"pixels": [[0, 0, 1]]})
    assert (status, refused["code"]) == (409, "not_open")


def commands_of(document: str) -> list[str]:
    """Return the blocks of a document that are to be pasted into one shell, in order."""
    text = (REPOSITORY / document).read_text()
    return [block.partition("```")[0] for block in text.split("```bash\n")[1:]]


class Shell:
    """A shell into which commands are pasted; it ends with the first one that fails."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    @asynccontextmanager
    async def opened(cls, folder: Path, environment: Mapping[str, str]) -> AsyncIterator[Self]:
        process = await asyncio.create_subprocess_exec(
            *("bash", "-eu", "-o", "pipefail"),
            cwd=folder,
            env=environment,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        try:
            yield cls(process)
        finally:
            assert process.stdin is not None
            process.stdin.close()
            await process.wait()

    async def run(self, commands: str) -> list[str]:
        """Return the lines that the commands print. Raises AssertionError if one of them fails."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(f"{commands}\necho --done--\n".encode())
        lines: list[str] = []
        while (line := (await stdout.readline()).decode()) != "--done--\n":
            assert line, f"failed after {lines}: {commands}"
            lines.append(line.rstrip("\n"))
        return lines


async def upload_template(organiser: ApiArtist, canvas: Mapping[str, Any]) -> dict[str, Any]:
    """Upload a small lighthouse with a transparent sky, and return the template."""
    picture = quantised(canvas["palette"]).convert("RGBA").resize((WIDTH, HEIGHT), Image.Resampling.NEAREST)
    picture.paste((0, 0, 0, 0), (0, 0, WIDTH // 3, HEIGHT // 4))
    file = BytesIO()
    picture.save(file, "PNG")
    draft = {
        "name": "The lighthouse", "x": LEFT, "y": TOP, "is_public": True,
        "image": base64.b64encode(file.getvalue()).decode(),
    }  # fmt: skip
    status, template = await organiser.call("POST", f"/canvases/{canvas['id']}/templates", json=draft)
    assert status == 201, template
    return dict(template)


async def read_pixels(artist: ApiArtist, template: Mapping[str, Any]) -> list[Pixel]:
    """Return what is to be painted of a template, as a bot reads it: x and y on the canvas, and colour."""
    _, packed = await artist.call("GET", f"/templates/{template['slug']}/pixels")
    rows = zip(itertools.count(), zlib.decompress(packed), strict=False)
    return [(LEFT + at % WIDTH, TOP + at // WIDTH, colour) for at, colour in rows if colour]


async def appoint_moderators(stack: Stack, http: aiohttp.ClientSession) -> list[ApiArtist]:
    admin = await ApiArtist.login(http, **stack.admin_login)
    moderators = []
    for _ in range(MODERATORS):
        account = await ApiArtist.register(http, "moderator")

        async def appoint(account: ApiArtist = account) -> int:
            roles = {"roles": ["moderator"]}
            return (await admin.call("PUT", f"/admin/users/{account.id}/roles", json=roles))[0]

        async def roles_of(account: ApiArtist = account) -> Any:
            return (await account.call("GET", "/auth/me"))[1]["roles"]

        assert await poll_until(appoint, 202) == 202  # users knows of the account a moment later
        assert await poll_until(roles_of, ["moderator"]) == ["moderator"]
        moderators.append(await ApiArtist.login(http, account.username, account.password))
    return moderators


async def paint_all(
    artists: Sequence[ApiArtist], canvas: Mapping[str, Any], shares: Sequence[Sequence[Pixel]]
) -> None:
    """Let all paint their shares at the same time, until everything is acknowledged."""
    await asyncio.gather(
        *(paint(artist, canvas, share) for artist, share in zip(artists, shares, strict=True))
    )


async def paint(artist: ApiArtist, canvas: Mapping[str, Any], share: Sequence[Pixel]) -> None:
    """Place pixels over a WebSocket; what has no answer when it closes is sent again under the same name."""
    parts = [share[start : start + PER_PLACEMENT] for start in range(0, len(share), PER_PLACEMENT)]
    waiting = {f"{part[0]}": part for part in parts}
    async with asyncio.timeout(PATIENCE):
        while waiting:
            with suppress(aiohttp.ClientError):
                await place_until_closed(artist, canvas, waiting)


async def place_until_closed(
    artist: ApiArtist, canvas: Mapping[str, Any], waiting: dict[str, Sequence[Pixel]]
) -> None:
    """Send all that waits; what is acknowledged waits no longer."""
    _, ticket = await artist.call("POST", "/auth/ws-ticket")
    path, params = f"/api/v1/ws/canvas/{canvas['id']}", {"ticket": ticket["ticket"]}
    async with artist.http.ws_connect(path, params=params) as socket:
        for ref, pixels in waiting.items():
            await socket.send_json({"type": "place", "ref": ref, "pixels": pixels})
        async for message in socket:
            answer = message.json()
            assert answer["type"] != "nack", answer
            if answer["type"] == "ack":
                del waiting[answer["ref"]]
            if not waiting:
                return


async def kill_broker(stack: Stack) -> None:
    """Kill RabbitMQ and wait until its supervisor has started it again."""
    before = stack.life("rabbitmq")
    assert before
    await asyncio.to_thread(stack.kill, "rabbitmq")
    await asyncio.to_thread(until, lambda: stack.life("rabbitmq") not in ([], before))


async def progress_of(artist: ApiArtist, template: Mapping[str, Any]) -> tuple[int, int, int]:
    """Return the pixels of a template, how many are right, and how many are wrong."""
    _, progress = await artist.call("GET", f"/templates/{template['slug']}/progress")
    return progress["pixels"], progress["right"], progress["wrong"]


async def find_vandal(
    moderator: ApiArtist, canvas: Mapping[str, Any], template: Mapping[str, Any], pixels: Sequence[Pixel]
) -> Mapping[str, Any]:
    """Ask who painted the first pixel that differs from the template, as the inspector does."""
    shown = await picture_of(moderator, f"/canvases/{canvas['id']}.png")
    wanted = await picture_of(moderator, f"/templates/{template['slug']}.png")
    where = next(
        {"x": str(x), "y": str(y)}
        for x, y, _ in pixels
        if shown.getpixel((x, y)) != wanted.getpixel((x - LEFT, y - TOP))
    )
    _, pixel = await moderator.call("GET", f"/canvases/{canvas['id']}/pixel", params=where)
    painter: Mapping[str, Any] = pixel["artist"]
    return painter


async def expel(
    moderators: Sequence[ApiArtist], found: Mapping[str, Any], vandal: ApiArtist, canvas: Mapping[str, Any]
) -> None:
    """Roll back what the artist that was found painted, after a preview; mute and suspend them."""
    assert found["id"] == vandal.id
    rollback = {"since": canvas["created_at"], "user_id": found["id"]}
    path = f"/admin/canvases/{canvas['id']}/rollback"
    _, preview = await moderators[0].call("POST", path, json={**rollback, "dry_run": True})
    status, done = await moderators[1].call("POST", path, json=rollback)
    assert status == 200, done
    assert preview["reverted"] == done["reverted"] > 0
    reason = "Painted over the work of others."
    messages, mute = f"/canvases/{canvas['id']}/messages", f"/canvases/{canvas['id']}/mutes/{found['id']}"
    assert (await moderators[0].call("PUT", mute, json={"reason": reason}))[0] == 204
    status, refused = await vandal.call("POST", messages, json={"text": "It wasn't me."})
    assert (status, refused["code"]) == (403, "muted")
    draft = {"reason": reason}
    status, _ = await moderators[2].call("POST", f"/admin/users/{found['id']}/suspend", json=draft)
    assert status == 202

    async def attempt() -> int:
        body = {"pixels": [[0, 0, 255]]}  # in no colour of the palette: 422 until then
        return (await vandal.call("POST", f"/canvases/{canvas['id']}/pixels", json=body))[0]

    assert await poll_until(attempt, 401) == 401


async def picture_of(artist: ApiArtist, path: str) -> Image.Image:
    status, png = await artist.call("GET", path)
    assert status == 200
    with Image.open(BytesIO(png)) as picture:
        return picture.convert("RGBA")


async def assert_picture_is_the_template(
    artist: ApiArtist, canvas: Mapping[str, Any], template: Mapping[str, Any]
) -> None:
    expected = Image.new("RGBA", (canvas["width"], canvas["height"]))
    expected.paste(await picture_of(artist, f"/templates/{template['slug']}.png"), (LEFT, TOP))
    shown = await picture_of(artist, f"/canvases/{canvas['id']}.png")
    assert shown.tobytes() == expected.tobytes()


async def assert_numbers_are_exact(
    artists: Sequence[ApiArtist],
    canvas: Mapping[str, Any],
    shares: Sequence[Sequence[Pixel]],
    scribbles: Sequence[Pixel],
) -> None:
    """Check the charges that are left, the statistics of the canvas, and those of each artist."""
    everything = [*itertools.chain(*shares), *scribbles]
    _, stats = await artists[0].call("GET", f"/canvases/{canvas['id']}/stats")
    placed = stats["placed"]
    assert (placed["pixels_painted"], placed["artist_count"]) == (len(everything), ARTISTS + 1)
    colours = Counter(colour for *_, colour in everything)
    assert {one["colour"]: one["pixels"] for one in placed["colours"]} == colours
    for artist, share in zip(artists, shares, strict=True):
        _, left = await artist.call("GET", f"/canvases/{canvas['id']}/charges")
        assert left["charges"] == CHARGES - len(share)

        async def painted(artist: ApiArtist = artist) -> Any:
            _, profile = await artist.call("GET", f"/users/{artist.id}")
            return profile["stats"]["pixels_painted"]

        assert await poll_until(painted, len(share)) == len(share)
