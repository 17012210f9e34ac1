"""The pages of `frontend`, as a browser receives them through the gateway."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin

import pytest
from aiohttp import ClientSession, web
from multidict import CIMultiDictProxy

from frontend.app import STATIC, create_app
from frontend.assets import FOREVER, load_assets
from frontend.settings import Settings
from tests.support.backend import EchoBackend
from tests.support.gateway import GatewayUnderTest, Start


@pytest.fixture
async def site(start_gateway: Start) -> AsyncIterator[GatewayUnderTest]:
    runner = web.AppRunner(create_app(Settings(instance="web-1")), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield await start_gateway([EchoBackend("frontend", port=runner.addresses[0][1])])
    await runner.cleanup()


@dataclass
class LoadedPage:
    status: int
    headers: CIMultiDictProxy[str]
    text: str


async def load(client: ClientSession, url: str, **headers: str) -> LoadedPage:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    async with client.get(url, headers=sent) as response:
        return LoadedPage(response.status, response.headers, await response.text())


CLIENT_PATHS = [
    "/",
    "/canvas/7",
    "/login",
    "/join",
    "/embed/canvas/1",
    "/register",
    "/account",
    "/artist/ada",
    "/admin",
    "/admin/reports",
]


@pytest.mark.parametrize("path", [*CLIENT_PATHS, "/api/docs"])
async def test_a_page_and_everything_it_loads_come_from_this_host(
    site: GatewayUnderTest, client: ClientSession, path: str
) -> None:
    page = await load(client, site.url + path)
    assert (page.status, page.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    needed = re.findall(r'(?:src|<link rel="[^"]*" href)="([^"]+)"', page.text)
    assert needed
    assert {url: (await load(client, site.url + url)).status for url in needed} == dict.fromkeys(needed, 200)


async def test_the_policy_of_a_page_allows_only_its_own_host(
    site: GatewayUnderTest, client: ClientSession
) -> None:
    policy = (await load(client, f"{site.url}/api/docs")).headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
    assert "unsafe" not in policy


@pytest.mark.parametrize("path", CLIENT_PATHS)
async def test_no_page_is_framed_by_others_unless_the_settings_say_so(
    site: GatewayUnderTest, client: ClientSession, path: str
) -> None:
    policy = (await load(client, site.url + path)).headers["Content-Security-Policy"]
    assert policy.endswith("; frame-ancestors 'none'")


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/api/nothing", "/api/", "/static/x"])
async def test_an_unknown_path_is_a_404_problem(
    site: GatewayUnderTest, client: ClientSession, path: str
) -> None:
    page = await load(client, site.url + path)
    assert (page.status, page.headers["Content-Type"]) == (404, "application/problem+json")
    assert page.headers["X-Service"] == "frontend"


@pytest.mark.parametrize("path", ["/nowhere", "/canvas/7/8", "/static/../frontend/app.py", "/artist"])
async def test_an_unknown_page_is_a_404_that_the_client_renders(
    site: GatewayUnderTest, client: ClientSession, path: str
) -> None:
    page = await load(client, site.url + path)
    assert (page.status, page.headers["Content-Type"]) == (404, "text/html; charset=utf-8")
    assert "/main.js" in page.text


@pytest.mark.parametrize("path", CLIENT_PATHS)
async def test_a_page_preloads_every_module_that_it_imports_first(
    site: GatewayUnderTest, client: ClientSession, path: str
) -> None:
    page = await load(client, site.url + path)
    named = re.findall(r'(?:modulepreload" href|module" src)="([^"]+)"', page.text)
    imported = {
        urljoin(url, module)
        for url in named
        for module in re.findall(
            r'^(?:import|export) .*?["\']([./][^"\']+)["\'];$',
            (await load(client, site.url + url)).text,
            re.M,
        )
    }
    assert imported <= set(named)


async def test_a_changed_file_of_the_client_is_served_under_another_name(tmp_path: Path) -> None:
    shutil.copytree(STATIC, tmp_path, dirs_exist_ok=True)
    before = load_assets(tmp_path, ["home"])
    (tmp_path / "client" / "main.js").write_text("// changed\n")
    after = load_assets(tmp_path, ["home"])
    changed = before.keys() ^ after.keys()
    assert len(changed) == 2 * sum(path.is_file() for path in STATIC.glob("client/**/*"))
    assert before["home.html"].tag != after["home.html"].tag


@pytest.mark.parametrize("path", ["/", "/static/docs.js", "/static/swagger-ui-5.35.0/swagger-ui.css"])
async def test_an_unchanged_file_is_not_sent_again(
    site: GatewayUnderTest, client: ClientSession, path: str
) -> None:
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
async def test_only_files_with_a_version_in_their_path_are_cached_for_good(
    site: GatewayUnderTest, client: ClientSession, path: str, policy: str
) -> None:
    assert (await load(client, site.url + path)).headers["Cache-Control"] == policy


async def test_a_page_of_another_version_receives_the_current_modules(
    site: GatewayUnderTest, client: ClientSession
) -> None:
    module = await load(client, f"{site.url}/static/client-0123456789ab/main.js")
    assert (module.status, module.headers["Cache-Control"]) == (200, "no-cache")


async def test_the_modules_of_the_client_are_cached_for_good(
    site: GatewayUnderTest, client: ClientSession
) -> None:
    (module,) = re.findall(r'module" src="([^"]+)"', (await load(client, site.url)).text)
    assert (await load(client, site.url + module)).headers["Cache-Control"] == FOREVER


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
async def test_the_api_viewer_is_complete_with_and_without_gzip(
    site: GatewayUnderTest, client: ClientSession, encoding: str
) -> None:
    path = "/static/swagger-ui-5.35.0/swagger-ui-bundle.js"
    page = await load(client, site.url + path, Accept_Encoding=encoding)
    assert page.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert page.headers.get("Content-Encoding", "identity") == encoding
    assert len(page.text.encode()) == 1_732_839


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
async def test_where_https_is_required_http_is_redirected_with_308(
    start_gateway: Start, client: ClientSession, method: str
) -> None:
    runner = web.AppRunner(create_app(Settings(instance="web-1")), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    backend = EchoBackend("frontend", port=runner.addresses[0][1])
    gateway = await start_gateway([backend], TESSERA_HTTPS_PORT="8443")
    path = "/api/v1/tiles/1?limit=2"
    async with client.request(method, gateway.url + path, allow_redirects=False) as response:
        answered = (response.status, response.headers["Location"])
    await runner.cleanup()
    assert answered == (308, f"https://127.0.0.1:8443{path}")


async def test_a_client_cannot_request_the_redirect_to_https(
    site: GatewayUnderTest, client: ClientSession
) -> None:
    assert (await load(client, site.url + "/", X_Https_Port="8443")).status == 200


async def test_below_a_path_pages_and_the_api_document_name_it(
    start_gateway: Start, client: ClientSession
) -> None:
    runner = web.AppRunner(create_app(Settings(instance="web-1")), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    backend = EchoBackend("frontend", port=runner.addresses[0][1])
    gateway = await start_gateway([backend], TESSERA_PUBLIC_URL="https://example.org/tessera")
    page = await load(client, f"{gateway.url}/tessera/canvas/7")
    document = await load(client, f"{gateway.url}/tessera/api/v1/openapi.json")
    links = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    statuses = {(await load(client, gateway.url + link)).status for link in links}
    await runner.cleanup()
    assert [link for link in links if not link.startswith("/tessera/")] == []
    assert statuses == {200}
    assert json.loads(document.text)["servers"] == [{"url": "/tessera"}]
