"""The pages of `web` as a browser gets them through the gateway."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from aiohttp import ClientSession, web
from multidict import CIMultiDictProxy

from tests.gateway.backend import Backend
from tests.gateway.conftest import Gateway, Start
from web.app import create_app
from web.settings import Settings


@pytest.fixture
async def site(start_gateway: Start) -> AsyncIterator[Gateway]:
    runner = web.AppRunner(create_app(Settings(instance="web-1")), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield await start_gateway([Backend("web", port=runner.addresses[0][1])])
    await runner.cleanup()


@dataclass
class Page:
    status: int
    headers: CIMultiDictProxy[str]
    text: str


async def load(client: ClientSession, url: str, **headers: str) -> Page:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    async with client.get(url, headers=sent) as response:
        return Page(response.status, response.headers, await response.text())


@pytest.mark.parametrize("path", ["/", "/api/docs"])
async def test_a_page_and_all_it_needs_are_served_and_nothing_is_loaded_from_elsewhere(
    site: Gateway, client: ClientSession, path: str
) -> None:
    page = await load(client, site.url + path)
    assert (page.status, page.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    needed = re.findall(r'(?:src|<link rel="[^"]*" href)="([^"]+)"', page.text)
    assert needed
    assert {url: (await load(client, site.url + url)).status for url in needed} == dict.fromkeys(needed, 200)


async def test_a_page_may_run_and_load_only_what_its_own_host_serves(
    site: Gateway, client: ClientSession
) -> None:
    policy = (await load(client, f"{site.url}/api/docs")).headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
    assert "unsafe" not in policy


@pytest.mark.parametrize(
    "path", ["/api/v1/nothing", "/api/nothing", "/api/", "/static/../web/app.py", "/static/x"]
)
async def test_an_unknown_path_is_a_404_problem(site: Gateway, client: ClientSession, path: str) -> None:
    page = await load(client, site.url + path)
    assert (page.status, page.headers["Content-Type"]) == (404, "application/problem+json")
    assert page.headers["X-Service"] == "web"


@pytest.mark.parametrize("path", ["/", "/static/site.css", "/static/swagger-ui-5.35.0/swagger-ui.css"])
async def test_an_unchanged_file_is_not_sent_again(site: Gateway, client: ClientSession, path: str) -> None:
    first = await load(client, site.url + path)
    again = await load(client, site.url + path, If_None_Match=first.headers["ETag"])
    assert (again.status, again.text) == (304, "")


@pytest.mark.parametrize(
    ("path", "policy"),
    [
        ("/", "no-cache"),
        ("/static/docs.js", "no-cache"),
        ("/static/swagger-ui-5.35.0/swagger-ui-bundle.js", "public, max-age=31536000, immutable"),
    ],
)
async def test_only_files_of_a_named_version_are_kept_without_asking(
    site: Gateway, client: ClientSession, path: str, policy: str
) -> None:
    assert (await load(client, site.url + path)).headers["Cache-Control"] == policy


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
async def test_the_viewer_arrives_whole_whether_or_not_the_client_unpacks_gzip(
    site: Gateway, client: ClientSession, encoding: str
) -> None:
    path = "/static/swagger-ui-5.35.0/swagger-ui-bundle.js"
    page = await load(client, site.url + path, Accept_Encoding=encoding)
    assert page.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert page.headers.get("Content-Encoding", "identity") == encoding
    assert len(page.text.encode()) == 1_732_839
