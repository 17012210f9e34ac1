"""The images: small, and without what only a build needs."""

from __future__ import annotations

import pytest

from tests.support.compose import COMPOSE_SECONDS, VERSION, ComposeStack

pytestmark = pytest.mark.timeout(COMPOSE_SECONDS)

LARGEST = 150_000_000
"""Bytes of a service's image."""


@pytest.mark.parametrize("service", ["auth", "users", "tiles", "frontend"])
def test_the_image_of_a_service_has_at_most_150_megabytes(compose: ComposeStack, service: str) -> None:
    image = f"{compose.project.settings.images}/{service}:{VERSION}"
    assert int(compose.docker("image", "inspect", "--format={{.Size}}", image)) <= LARGEST


def test_an_image_has_no_package_manager(compose: ComposeStack) -> None:
    container = compose.containers("auth-web")[0]
    script = 'for name in apt dpkg pip perl; do command -v "$name" || true; done'
    assert compose.docker("exec", container, "bash", "-c", script) == ""


@pytest.mark.parametrize("image", ["auth", "users", "tiles", "frontend", "backup"])
def test_an_image_trusts_the_public_authorities(compose: ComposeStack, image: str) -> None:
    name = f"{compose.project.settings.images}/{image}:{VERSION}"
    script = "import ssl; print(len(ssl.create_default_context().get_ca_certs()))"
    assert int(compose.docker("run", "--rm", "--entrypoint=python", name, "-c", script)) > 50
