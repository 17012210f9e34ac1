"""The settings as documents: the table for readers, and the file that an operator copies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from deploy.stack.settings.catalogue import SERVICES, Setting, all_settings, settings_of
from deploy.stack.settings.stack import PREFIX

_PORT = f"{PREFIX}PORT"
_WIDTH = 100  # characters of a comment


def table() -> Iterator[str]:
    """Render every setting but the ports as lines of Markdown, by who declares it."""
    stack = [one for one in all_settings() if one.name.startswith(PREFIX) and not _is_port(one)]
    yield from _section("The stack", stack)
    for service in SERVICES:
        yield from _section(
            f"`{service}`", [one for one in all_settings() if one.name.startswith(service.upper())]
        )


def example() -> Iterator[str]:
    """Render the settings of production as lines of an env file, in which none is set."""
    for setting in settings_of("prod").values():
        if setting.name == f"{PREFIX}VAR":
            continue  # names the folder that this file is in
        yield ""
        yield from _comment(f"{setting.about} ({_takes(setting)})")
        yield f"#{setting.name}={_quoted(setting.defaults['prod'])}"


def _section(title: str, settings: Iterable[Setting]) -> Iterator[str]:
    yield from (
        "",
        f"## {title}",
        "",
        "| variable | takes | default | for | read by | what it is |",
        "|---|---|---|---|---|---|",
    )
    for one in settings:
        about = f"{one.about}; secret" if one.is_secret else one.about
        cells = (f"`{one.name}`", _takes(one), _defaults(one), ", ".join(one.defaults), one.used_by, about)
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _takes(setting: Setting) -> str:
    return f"{setting.kind}, {setting.unit}" if setting.unit else setting.kind


def _defaults(setting: Setting) -> str:
    """Name the default; where it depends on the way of running, that of the others in brackets."""
    texts = {way: f"`{text}`" if text else "" for way, text in setting.defaults.items()}
    if len(set(texts.values())) == 1:
        return next(iter(texts.values()))
    others = " ".join(f"{way} {text or 'none'}" for way, text in texts.items() if way != "prod")
    return f"{texts.get('prod', '')} ({others})"


def _is_port(setting: Setting) -> bool:
    return setting.name == _PORT or (
        setting.name.startswith(f"{_PORT}_") and setting.name != f"{_PORT}_OFFSET"
    )


def _comment(text: str) -> Iterator[str]:
    line = "#"
    for word in text.split():
        if len(line) + len(word) >= _WIDTH:
            yield line
            line = "#"
        line += f" {word}"
    yield line


def _quoted(text: str) -> str:
    return f"'{text}'" if any(one in text for one in " <>#") else text
