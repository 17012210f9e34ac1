"""Checks and what they find: the form that `preflight` and `doctor` share.

A rule looks at facts that were gathered before it runs. It reads nothing itself, so it is tested without a
stack. Each check has a code that never changes, and one severity.
"""

from __future__ import annotations

import inspect
import re
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

DOCUMENT = "docs/checklist.md"
"""Has an anchor for each code."""

_SLOWS = ("machine-overloaded",)  # codes that explain why a check could not run

SECONDS = 4.0
"""The doctor's limit for all facts together; what is not known by then stays unknown."""


class Severity(IntEnum):
    """How bad a finding is; the worst one is the exit status of `tessera doctor`."""

    INFO = 0
    WARNING = 1
    ERROR = 2


class Unknown(Exception):
    """A fact that could not be read, and why."""


class Facts:
    """Facts by their type. Looking up one that could not be read raises Unknown."""

    def __init__(self, known: Mapping[type[Any], Any]) -> None:
        self._known = known

    def __getitem__(self, kind: type[T]) -> T:
        fact = self._known[kind]
        if isinstance(fact, Unknown):
            raise fact
        assert isinstance(fact, kind)
        return fact


Sources = Mapping[type[Any], Callable[[], Any]]
"""The function that reads each type of fact."""


def gather(sources: Sources, seconds: float) -> Facts:
    """Read all facts at once, each in a thread; one that fails or takes longer than `seconds` is Unknown."""
    known: dict[type[Any], Any] = {
        kind: Unknown(f"{_words(kind)}: no answer within {seconds:g} s") for kind in sources
    }

    def read(kind: type[Any], source: Callable[[], Any]) -> None:
        try:
            known[kind] = source()
        except DeployError as error:  # the same for many facts: no engine, for example
            known[kind] = Unknown(str(error))
        except Exception as error:
            known[kind] = Unknown(f"{_words(kind)}: {type(error).__name__}: {error}")

    deadline = time.monotonic() + seconds
    # Daemon threads rather than a pool: a source that hangs must not keep the command from exiting.
    threads = [threading.Thread(target=read, args=source, daemon=True) for source in sources.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0, deadline - time.monotonic()))
    return Facts(dict(known))


@dataclass(frozen=True)
class Cause:
    """What is wrong, in one sentence, and how to repair it; `certain` if no load of the machine explains it.

    Each line of `fix` is one step: a command that works when pasted, or, where no command does it, a sentence
    that begins with a capital letter. `steps` joins several.
    """

    text: str
    fix: str
    certain: bool = False


def steps(*lines: str) -> str:
    """Join the steps of a fix, in the order in which to try them."""
    return "\n".join(lines)


Rule = Callable[[Facts], Iterable[Cause]]
"""Yields what is wrong; its docstring describes what users notice then."""


@dataclass(frozen=True)
class Check:
    """One rule with all that is declared about it; made by the decorator `check`.

    `holds` is true when the rule finds nothing. `follows` are codes (patterns of fnmatch): when one of them
    is found too, what this check finds is its consequence and never the first line. What a `transient` check
    finds may pass by itself, such as an answer that came late: the doctor looks twice before it names it. One
    that is `past` looks at what happened, not at what is: its finding has an age, and comes last.
    """

    code: str
    area: str
    severity: Severity
    holds: str
    rule: Rule
    follows: tuple[str, ...] = ()
    transient: bool = False
    past: bool = False

    @property
    def otherwise(self) -> str:
        """What users notice when it does not hold."""
        return inspect.cleandoc(self.rule.__doc__ or "")


def check(
    code: str,
    area: str,
    severity: Severity,
    *,
    holds: str,
    follows: tuple[str, ...] = (),
    transient: bool = False,
    past: bool = False,
) -> Callable[[Rule], Check]:
    """Declare the rule below as a check."""
    return lambda rule: Check(code, area, severity, holds, rule, follows, transient, past)


@dataclass(frozen=True)
class Finding:
    """One cause that a check found; `follows` is the code of the finding that explains this one."""

    code: str
    area: str
    severity: Severity
    cause: str
    fix: str
    read: str
    follows: str | None = None


def examine(checks: Sequence[Check], facts: Facts) -> list[Finding]:
    """Run every check; the first finding is the most likely cause.

    Causes come before consequences, what is before what was, errors before warnings, and otherwise the order
    is that of the table. A
    warning can explain an error: an overloaded machine, for example. A check that cannot run is itself a
    finding: a stack is not called healthy without having been looked at.
    """
    found: list[tuple[Check, Cause]] = []
    unable: dict[str, list[str]] = {}
    for one in checks:
        try:
            found += [(one, cause) for cause in one.rule(facts)]
        except Exception as error:
            why = str(error) if isinstance(error, Unknown) else f"{type(error).__name__}: {error}"
            unable.setdefault(why, []).append(one.code)
    codes = [one.code for one, _ in found]
    findings = [_finding(one, cause, codes) for one, cause in found]
    findings += [
        Finding(
            "check-failed",
            "doctor",
            Severity.WARNING,
            f"could not check {', '.join(skipped)}: {why}",
            "Run it again. If this stays, repair what is named here first.",
            DOCUMENT,
            next((code for code in codes if code in _SLOWS), None),
        )
        for why, skipped in unable.items()
    ]
    past = {one.code for one in checks if one.past}
    return sorted(
        findings,
        key=lambda finding: (finding.follows is not None, finding.code in past, -finding.severity),
    )


def worst(findings: Iterable[Finding]) -> Severity:
    """Return the severity of the worst finding; INFO when there is none."""
    return max((finding.severity for finding in findings), default=Severity.INFO)


def as_text(findings: Sequence[Finding]) -> str:
    """Write each cause with its fix, where to read more, and the codes of its consequences."""
    why = {finding.code: finding.follows for finding in findings}
    consequences: dict[str, Counter[str]] = {}
    for finding in findings:
        if finding.follows:
            consequences.setdefault(_root(finding.code, why), Counter())[finding.code] += 1
    lines = []
    for finding in findings:
        if not finding.follows:
            lines.append(f"{finding.severity.name}  {finding.code}: {finding.cause}")
            lines += [f"    fix: {step}" for step in finding.fix.splitlines()]
            lines.append(f"    read: {finding.read}")
            # Of several findings with one code, only the first lists their consequences.
            for code, count in consequences.pop(finding.code, {}).items():
                lines.append(f"    then: {code}" + (f" ({count} times)" if count > 1 else ""))
    return "\n".join(lines)


def as_json(findings: Sequence[Finding]) -> list[dict[str, Any]]:
    """Return the same for programs; severity by its name."""
    return [{**asdict(finding), "severity": finding.severity.name.lower()} for finding in findings]


def _finding(one: Check, cause: Cause, codes: Sequence[str]) -> Finding:
    # A slow machine explains only what nothing else does.
    slows = [code for code in codes if code in _SLOWS and not cause.certain]
    reason = _reason(one, [*(code for code in codes if code not in _SLOWS), *slows])
    read = f"{DOCUMENT}#{one.code}"
    return Finding(one.code, one.area, one.severity, cause.text, cause.fix, read, reason)


def _reason(one: Check, codes: Sequence[str]) -> str | None:
    """Return the first of the found codes that explains what this check found."""
    others = (code for code in codes if code != one.code)
    return next((code for code in others if any(fnmatchcase(code, pattern) for pattern in one.follows)), None)


def _root(code: str, why: Mapping[str, str | None]) -> str:
    while reason := why.get(code):
        code = reason
    return code


def _words(kind: type[Any]) -> str:
    """Turn the name of a type of fact into words: BrokerNode is the broker node."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", kind.__name__).lower()
