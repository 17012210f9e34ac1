"""Outcomes of strokes as JSON, for the process that handed them over; standard library only.

A painted one is `[version, seq]`, a refused one `{"refused", "code", "detail"}` with what else it has.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from services.tiles.edits.rules import Outcome, Painted, Write
from shared.errors import Busy, Conflict, Fault, Invalid, NotAllowed, NotFound, Refusal, TooManyRequests

_REFUSALS: dict[str, type[Refusal]] = {one.__name__: one for one in (NotAllowed, NotFound, Conflict)}
_BUSY = Busy.__name__


def is_settled(outcome: Outcome) -> bool:
    """Return whether it says what became of the stroke, which a failure of a dependency does not."""
    return isinstance(outcome, Painted | Refusal)


def encode_outcomes(outcomes: Iterable[Outcome]) -> list[Any]:
    """Write outcomes that are settled, or Busy: not written then by the one who says so."""
    return [_encode(outcome) for outcome in outcomes]


def decode_outcomes(encoded: Sequence[Any], strokes: Sequence[Write]) -> list[Outcome]:
    """Read the outcomes of these strokes. Raises ValueError unless there is one for each."""
    return [_decode(one, stroke) for one, stroke in zip(encoded, strokes, strict=True)]


def _encode(outcome: Outcome) -> Any:
    if isinstance(outcome, Painted):
        return [outcome.version, outcome.seq]
    if isinstance(outcome, Busy):
        return {"refused": _BUSY}
    assert isinstance(outcome, Refusal)
    refused: dict[str, Any] = {
        "refused": type(outcome).__name__,
        "code": outcome.code,
        "detail": outcome.detail,
    }
    if isinstance(outcome, Invalid):
        refused["faults"] = [[fault.loc, fault.msg] for fault in outcome.faults]
    if isinstance(outcome, TooManyRequests):
        refused["retry_after"] = outcome.retry_after
    return refused


def _decode(encoded: Any, stroke: Write) -> Outcome:
    if isinstance(encoded, list):
        version, seq = encoded
        return Painted(stroke.tile_id, version, seq)
    if "faults" in encoded:
        return Invalid([Fault(tuple(loc), msg) for loc, msg in encoded["faults"]])
    if encoded["refused"] == _BUSY:
        return Busy()
    code, detail = encoded["code"], encoded["detail"]
    if "retry_after" in encoded:
        return TooManyRequests(code, detail, retry_after=encoded["retry_after"])
    # A later version may know more kinds.
    return _REFUSALS.get(encoded["refused"], Conflict)(code, detail)
