"""Edits of whole tiles, alone and together with strokes."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.tiles.canvases.rules import Numbers
from services.tiles.edits.applying import Batch, apply_all
from services.tiles.edits.rules import (
    Edit,
    NewValues,
    NewVersion,
    Stroke,
    Write,
    check_picture,
)
from services.tiles.edits.schemas import decode_pixels
from services.tiles.revisions.rules import Kind
from services.tiles.tiles.rules import Lock, TileState
from shared.errors import Conflict, Invalid, NotAllowed, NotFound, StaleVersion
from tests.support.tile_rules import ACTORS, FREE, NOW, OTHER, REVIEW, STATE, TILE


def pixels(colour: int, size: int = 16) -> bytes:
    return bytes([colour]) * size * size


def edit(actor: str = "creator", expected_version: int | None = None, **values: Any) -> Edit:
    return Edit(ACTORS[actor], actor, TILE.id, NewValues(frozenset(values), **values), expected_version)


def stroke(*pixel: int, actor: str = "creator") -> Stroke:
    return Stroke(ACTORS[actor], actor, TILE.id, None, [pixel])


def applied(*writes: Write, state: TileState = STATE) -> Batch:
    return apply_all(writes, {state.tile.id: state}, Numbers().next)


def test_each_write_applies_to_the_result_of_the_previous_one() -> None:
    batch = applied(stroke(0, 2), edit(title="Sea"), stroke(1, 2), edit(pixels=pixels(1)), stroke(2, 2))
    (changed,) = batch.tiles.values()
    assert changed.left.tile == replace(TILE, pixels=bytes([1, 1, 2] + [1] * 253), title="Sea", version=8)
    titled, painted = (new.change.tile for new in batch.outcomes if isinstance(new, NewVersion))
    assert (titled.pixels[:2], titled.version, painted.pixels, painted.version) == (
        b"\2\0", 5, bytes([1]) * 256, 7,
    )  # fmt: skip
    assert [(new.change.version, new.change.seq) for new in batch.versions] == [
        (4, 6), (5, 7), (6, 8), (7, 9), (8, 10),
    ]  # fmt: skip


def test_a_version_that_the_batch_has_replaced_is_stale() -> None:
    batch = applied(edit(expected_version=3, title="a"), edit(expected_version=3, title="b"))
    assert isinstance(batch.outcomes[0], NewVersion)
    assert isinstance(batch.outcomes[1], StaleVersion)
    assert isinstance(applied(stroke(0, 1), edit(expected_version=4, title="a")).outcomes[1], NewVersion)


def test_a_tile_that_an_edit_hides_is_not_found_by_the_next_writer() -> None:
    batch = applied(edit(is_public=False), stroke(0, 1, actor="stranger"), state=FREE)
    assert isinstance(batch.outcomes[1], NotFound)


@pytest.mark.parametrize(
    ("refused", "state", "error"),
    [
        (edit("stranger", pixels=pixels(1)), STATE, NotAllowed),
        (edit("stranger", pixels=pixels(1), title="mine"), FREE, NotAllowed),
        (edit(pixels=pixels(1)), replace(STATE, lock=Lock(OTHER, NOW)), Conflict),
        (edit("stranger", title="a"), replace(STATE, tile=replace(TILE, is_public=False)), NotFound),
        (edit(title="a"), replace(STATE, canvas=replace(STATE.canvas, is_public=False)), NotFound),
        (edit(pixels=pixels(3)), STATE, Invalid),
        (edit(pixels=pixels(1, size=32)), STATE, Invalid),
        (edit(pixels=pixels(1), expected_version=2), STATE, StaleVersion),
    ],
)
def test_a_refused_edit_leaves_no_trace(refused: Edit, state: TileState, error: type[Exception]) -> None:
    batch = applied(refused, state=state)
    assert isinstance(batch.outcomes[0], error)
    assert (batch.versions, batch.tiles) == ([], {})


def test_an_edit_that_needs_a_review_is_not_part_of_the_batch() -> None:
    batch = applied(edit(pixels=pixels(1)), edit("owner", pixels=pixels(1)), state=REVIEW)
    assert batch.outcomes[0] is None
    assert isinstance(batch.outcomes[1], NotAllowed)
    assert not batch.versions


def test_titles_and_drafts_do_not_change_the_picture() -> None:
    draft = replace(STATE, tile=replace(TILE, is_public=False))
    for change, state, redraws in (
        (edit(pixels=pixels(1)), STATE, True),
        (edit(pixels=pixels(0)), STATE, False),
        (edit(title="a"), STATE, False),
        (edit(pixels=pixels(1)), draft, False),
        (edit(is_public=True), draft, True),
    ):
        (new,) = applied(change, state=state).versions
        assert isinstance(new, NewVersion)
        assert new.redraws == redraws
        assert new.change.kind is (Kind.PAINTED if change.values.changes_pixels else Kind.DESCRIBED)


@given(st.binary(min_size=256, max_size=256))
def test_pixels_hold_only_indices_of_the_palette(colours: bytes) -> None:
    if max(colours) <= 7:
        check_picture(colours, 16, 7)
    else:
        with pytest.raises(Invalid):
            check_picture(colours, 16, 7)


@given(st.text() | st.binary(max_size=600).map(lambda raw: base64.b64encode(raw).decode()))
def test_pixels_of_the_wrong_length_or_alphabet_are_refused(text: str) -> None:
    try:
        decoded = decode_pixels(text)
        check_picture(decoded, 16, 255)
        assert len(decoded) == 256
    except Invalid as refused:
        assert refused.faults[0].loc == ("body", "pixels")
