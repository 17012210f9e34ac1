"""A suspension, from the command to the refusal in another service: auth, its worker, RabbitMQ and tiles."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from aiohttp import WSMsgType

from services.auth.app import create_worker
from services.tiles.app import create_app
from services.tiles.settings import TilesSettings
from shared.db.migrations import migrate
from shared.messaging.contracts import SuspendAccount
from tests.support.auth import Auth, Client, is_ready, settings_for
from tests.support.busy import here
from tests.support.parts import Databases, VirtualHost
from tests.support.waiting import PATIENCE, eventually
from tests.support.wire import connect_wire


async def test_a_suspended_artist_is_refused_everywhere_within_a_second(
    auth: Auth, new_broker: Any, database: Databases, aiohttp_client: Any
) -> None:
    broker: VirtualHost = new_broker()
    tiles_url = database("tiles")
    await asyncio.to_thread(migrate, "tiles", tiles_url)
    async with connect_wire(broker.url) as wire:
        worker: Client = await aiohttp_client(
            create_worker(settings_for(auth.database_url, broker_url=broker.url))
        )
        jwks_url = str(auth.client.make_url("/.well-known/jwks.json"))
        tiles: Client = await aiohttp_client(
            create_app(TilesSettings(database_url=tiles_url, broker_url=broker.url, jwks_url=jwks_url))
        )
        for client in (worker, tiles):
            await eventually(lambda client=client: is_ready(client))  # type: ignore[misc]

        async def like(session: dict[str, Any]) -> str:
            headers = {"Authorization": f"Bearer {session['access_token']}"}
            response = await tiles.post("/api/v1/tiles/999/like", headers=headers)
            return str((await response.json())["code"])

        async def ends(session: dict[str, Any]) -> bool:
            await auth.call("POST", "/logout", token=session["access_token"])
            return await like(session) == "token_revoked"

        mod, ada, marker = [await auth.register(name) for name in ("mod", "ada", "marker")]
        auth.rows("UPDATE accounts SET roles = '{moderator}' WHERE username = 'mod'")
        await eventually(lambda: ends(marker))  # from here on tiles listens
        await wire.receive(4)
        headers = {"Authorization": f"Bearer {ada['access_token']}"}
        draft = {"name": "A wall", "width": 64, "height": 64, "tile_size": 16, "palette": "pico-8"}
        canvas = await (await tiles.post("/api/v1/canvases", headers=headers, json=draft)).json()
        ticket = await (await auth.call("POST", "/ws-ticket", token=ada["access_token"])).json()

        async with tiles.ws_connect(
            f"/api/v1/ws/canvas/{canvas['id']}", params={"ticket": ticket["ticket"]}
        ) as socket:
            assert (await socket.receive_json(timeout=PATIENCE))["type"] == "hello"
            assert await like(ada) == "tile_not_found"
            suspended = SuspendAccount(
                account_id=ada["account"]["id"], actor_id=mod["account"]["id"], reason="spam"
            )
            began = time.monotonic()
            await wire.send(suspended)
            while await like(ada) != "token_revoked":
                assert time.monotonic() < began + here(1)
            message = await socket.receive(timeout=PATIENCE)
            assert (message.type, message.data) == (WSMsgType.CLOSE, 1008)
        assert await like(mod) == "tile_not_found"
