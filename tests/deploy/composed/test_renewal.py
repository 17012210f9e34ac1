"""The running stack renews the certificate of its own authority, and the gateway goes on."""

from __future__ import annotations

import pytest

from deploy.stack.compose.served import Authority
from deploy.stack.compose.state import authority_of, served_of
from tests.support.certificates import issue_ending_in, read_days_served
from tests.support.compose import COMPOSE_SECONDS
from tests.support.compose_under_test import ComposeStackUnderTest
from tests.support.waiting import until

pytestmark = pytest.mark.timeout(COMPOSE_SECONDS)


def test_a_certificate_near_its_end_is_renewed_and_served_by_the_same_gateway(
    under_test: ComposeStackUnderTest,
) -> None:
    project, gateway = under_test.project, under_test.life("gateway")
    authority = Authority(authority_of(project.var).parent)
    issue_ending_in(20, authority, project.host, served_of(project.var))
    until(lambda: read_days_served(under_test.url) < 21)
    under_test.docker("restart", "--time=1", under_test.name("certificates-1"))  # it looks when it starts
    until(lambda: read_days_served(under_test.url) > 300)
    assert under_test.life("gateway") == gateway
