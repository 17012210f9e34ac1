"""What must hold, besides, before a start under Compose."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from datetime import UTC, datetime

from deploy.checks.facts.start import Files, Images, MailRoute, OwnCertificate, Versions
from deploy.checks.findings import Cause, Facts, Severity, check, steps
from deploy.checks.rules.containers import RENEW
from deploy.stack.state_dir import REPOSITORY

ENGINE, COMPOSE = (25, 0), (2, 24)  # the oldest with start_interval of health checks, and `!reset`


@check("engine-down", "engine", Severity.ERROR, holds="the Docker Engine answers")
def engine_down(facts: Facts) -> Iterator[Cause]:
    """No container can be started."""
    if trouble := facts[Versions].trouble:
        yield Cause(f"the Docker Engine does not answer: {trouble}", "sudo systemctl start docker")


@check("engine-old", "engine", Severity.ERROR, holds="Docker Engine and Compose are new enough")
def engine_old(facts: Facts) -> Iterator[Cause]:
    """The compose files use what it does not support."""
    versions = facts[Versions]
    for name, found, oldest in (
        ("Docker Engine", versions.engine, ENGINE),
        ("Docker Compose", versions.compose, COMPOSE),
    ):
        if not versions.trouble and found < oldest:
            yield Cause(
                f"{name} is {'.'.join(map(str, found))}; Tessera needs {'.'.join(map(str, oldest))} or newer",
                "Update it: https://docs.docker.com/engine/install/",
            )


@check(
    "files-invalid", "files", Severity.ERROR, holds="Compose can merge the files", follows=("engine-down",)
)
def files_invalid(facts: Facts) -> Iterator[Cause]:
    """Compose would start nothing."""
    if trouble := facts[Files].trouble:
        yield Cause(
            f"Compose cannot use the files in deploy/compose: {trouble}",
            f"git -C {shlex.quote(str(REPOSITORY))} diff deploy/compose",
        )


@check("port-unpublished", "ports", Severity.ERROR, holds="the compose files publish the ports of the map")
def port_unpublished(facts: Facts) -> Iterator[Cause]:
    """Every container would be healthy, and every connection refused."""
    files = facts[Files]
    if unpublished := sorted(files.expected - files.published):
        yield Cause(
            f"the compose files do not publish {' and '.join(map(str, unpublished))} of the gateway",
            "Restore its `ports:` in deploy/compose, as in deploy/ports.toml.",
        )


@check(
    "mail-unsent", "settings", Severity.ERROR, holds="production has a mail server, or keeps mail on purpose"
)
def mail_unsent(facts: Facts) -> Iterator[Cause]:
    """Users could neither confirm an address nor reset a password."""
    if facts[MailRoute].is_missing:
        yield Cause(
            "production has no mail server: AUTH_SMTP_URL is not set",
            steps(
                "Set AUTH_SMTP_URL, for example to smtp://user:password@mail.example.org.",
                "Or set TESSERA_MAIL to keep, which writes mail into the state folder.",
            ),
        )


@check("image-missing", "images", Severity.INFO, holds="no image has to be downloaded")
def image_missing(facts: Facts) -> Iterator[Cause]:
    """The start downloads it, or fails where it cannot."""
    for image in facts[Images].missing:
        yield Cause(f"the image {image} is not here yet", f"docker pull {image}")


@check("certificate-unusable", "gateway", Severity.ERROR, holds="the operator's own certificate can be used")
def certificate_unusable(facts: Facts) -> Iterator[Cause]:
    """Browsers would refuse to open the page."""
    own, now = facts[OwnCertificate], datetime.now(UTC)
    fix = (
        "Replace gateway_certificate and gateway_certificate_key, or remove both: "
        "the start then makes its own."
    )
    if own.trouble:
        yield Cause(f"the certificate {own.path} cannot be used: {own.trouble}", fix)
    if own.ends and own.ends < now:
        yield Cause(f"the certificate {own.path} expired on {own.ends:%Y-%m-%d %H:%M} UTC", fix)
    if own.starts and own.starts > now:
        yield Cause(f"the certificate {own.path} is not valid before {own.starts:%Y-%m-%d %H:%M} UTC", fix)


@check("certificate-ending", "gateway", Severity.WARNING, holds="the certificate is valid for 14 more days")
def certificate_ending(facts: Facts) -> Iterator[Cause]:
    """Browsers will soon refuse to open the page."""
    own, now = facts[OwnCertificate], datetime.now(UTC)
    if own.ends and now <= own.ends < now + RENEW:
        yield Cause(f"the certificate {own.path} expires on {own.ends:%Y-%m-%d %H:%M} UTC", "Renew it.")
