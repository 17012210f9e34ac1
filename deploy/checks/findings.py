"""Checks, what they find, and how that is told: the form of `preflight` and of `doctor`.

A check looks at facts that were gathered before and says what is wrong; it asks nobody anything, so its
verdict is tested without a stack. Each has a code that never changes, and one severity.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import IntEnum
from fnmatch import fnmatchcase
from typing import Any, TypeVar

from deploy.stack.errors import DeployError

T = TypeVar("T")

SECONDS = 4.0
"""For all facts together: what is not known by then is not waited for."""


class Severity(IntEnum):
    """How bad it is; the worst one is the exit status of `doctor`."""

    INFO = 0
    WARNING = 1
    ERROR = 2


class Unknown(Exception):
    """A fact that could not be had, and why."""


class Facts:
    """What was found out, by type. Looking up what could not be found out raises Unknown."""

    def __init__(self, known: Mapping[type[Any], Any]) -> None:
        self._known = known

    def __getitem__(self, kind: type[T]) -> T:
        fact = self._known[kind]
        if isinstance(fact, Unknown):
            raise fact
        assert isinstance(fact, kind)
        return fact


Sources = Mapping[type[Any], Callable[[], Any]]


def gather(sources: Sources, seconds: float) -> Facts:
    """Ask all sources at once, each in a thread; one that fails or takes longer makes its fact Unknown."""
    known: dict[type[Any], Any] = {
        kind: Unknown(f"{kind.__name__.lower()}: no answer within {seconds:g} s") for kind in sources
    }

    def ask(kind: type[Any], source: Callable[[], Any]) -> None:
        try:
            known[kind] = source()
        except DeployError as error:  # the same for many facts: no engine, for example
            known[kind] = Unknown(str(error))
        except Exception as error:
            known[kind] = Unknown(f"{kind.__name__.lower()}: {type(error).__name__}: {error}")

    deadline = time.monotonic() + seconds
    # Daemons, and no pool: a source that hangs must not keep the command from ending.
    threads = [threading.Thread(target=ask, args=source, daemon=True) for source in sources.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0, deadline - time.monotonic()))
    return Facts(dict(known))


@dataclass(frozen=True)
class Cause:
    """What is wrong, in one sentence, and the command that puts it right."""

    text: str
    fix: str


Find = Callable[[Facts], Iterable[Cause]]
"""Concludes; its docstring says what happens to users when it finds something."""


@dataclass(frozen=True)
class Check:
    """One row of a table of checks.

    `proves` is what holds when it finds nothing. `follows` are codes (patterns of fnmatch): with one of those
    found, what this check finds is its consequence and never the first line.
    """

    code: str
    area: str
    severity: Severity
    proves: str
    find: Find
    follows: tuple[str, ...] = ()


@dataclass(frozen=True)
class Finding:
    """What one check found; `follows` is the code of the finding that explains this one."""

    code: str
    area: str
    severity: Severity
    cause: str
    fix: str
    read: str
    follows: str | None = None


def examine(checks: Sequence[Check], facts: Facts, read: str) -> list[Finding]:
    """Run every check; the first finding is the most likely cause.

    Causes come before consequences, errors before warnings, and otherwise the order is that of the table.
    A check that fails is itself a finding: nothing is called healthy that was not looked at.
    """
    found: list[tuple[Check, Finding]] = []
    blind: dict[str, list[str]] = {}
    for check in checks:
        try:
            found += [
                (
                    check,
                    Finding(
                        check.code, check.area, check.severity, cause.text, cause.fix, _read(read, check)
                    ),
                )
                for cause in check.find(facts)
            ]
        except Exception as error:
            why = str(error) if isinstance(error, Unknown) else f"{type(error).__name__}: {error}"
            blind.setdefault(why, []).append(check.code)
    codes = [finding.code for _, finding in found]
    findings = [_with_reason(check, finding, codes) for check, finding in found]
    findings += [
        Finding(
            "check-failed",
            "doctor",
            Severity.WARNING,
            f"could not look for {', '.join(codes)}: {why}",
            "run it again; when it stays, repair what is named here first",
            read,
        )
        for why, codes in blind.items()
    ]
    return sorted(findings, key=lambda finding: (-finding.severity, finding.follows is not None))


def worst(findings: Iterable[Finding]) -> Severity:
    """The severity of the worst finding; INFO when there is none."""
    return max((finding.severity for finding in findings), default=Severity.INFO)


def as_text(findings: Sequence[Finding]) -> str:
    """Each cause with its fix, where to read more, and the codes of what follows from it."""
    why = {finding.code: finding.follows for finding in findings}
    follow: dict[str, Counter[str]] = {}
    for finding in findings:
        if finding.follows:
            follow.setdefault(_root(finding.code, why), Counter())[finding.code] += 1
    lines = []
    for finding in findings:
        if not finding.follows:
            lines += [
                f"{finding.severity.name}  {finding.code}: {finding.cause}",
                f"    fix: {finding.fix}",
                f"    read: {finding.read}",
            ]
            # Of several findings of one code, the first tells it.
            for code, count in follow.pop(finding.code, {}).items():
                lines.append(f"    then: {code}" + (f" ({count} times)" if count > 1 else ""))
    return "\n".join(lines)


def _root(code: str, why: Mapping[str, str | None]) -> str:
    while reason := why.get(code):
        code = reason
    return code


def as_json(findings: Sequence[Finding]) -> list[dict[str, Any]]:
    """The same for programs; severity by its name."""
    return [{**asdict(finding), "severity": finding.severity.name.lower()} for finding in findings]


def _read(document: str, check: Check) -> str:
    return f"{document}#{check.code}"


def _with_reason(check: Check, finding: Finding, codes: Sequence[str]) -> Finding:
    reason = next(
        (
            code
            for code in codes
            if code != check.code and any(fnmatchcase(code, pattern) for pattern in check.follows)
        ),
        None,
    )
    return (
        Finding(**{**asdict(finding), "severity": finding.severity, "follows": reason}) if reason else finding
    )
