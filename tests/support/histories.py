"""Histories of a canvas: the events that tiles would publish, and the exact counts at the end."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from hypothesis import strategies as st

from services.users.stats.rules import Counts
from shared.messaging.contracts import (
    CanvasCreated,
    CanvasDeleted,
    CanvasEvent,
    TileCreated,
    TileDeleted,
    TileLiked,
    TileUnliked,
)

OWNER = 1
STEPS = ("create", "like", "like", "unlike", "delete")


@dataclass
class CanvasHistory:
    """Events of one canvas as tiles publishes them: numbered without gaps, with totals instead of steps."""

    canvas_id: int = 1
    likes: dict[int, int] = field(default_factory=dict)
    events: list[CanvasEvent] = field(default_factory=list)
    canvases: int = 1

    def __post_init__(self) -> None:
        self.events.append(
            CanvasCreated(canvas_id=self.canvas_id, seq=1, owner_id=self.first + OWNER, name="a canvas")
        )

    @property
    def first(self) -> int:
        """Ids are unique to a history, so that many fit into one database."""
        return self.canvas_id * 1000

    def creator(self, tile: int) -> int:
        return self.first + OWNER + tile % 2

    def step(self, what: str, tile: int) -> None:
        """Do `what` to the tile if that is possible now."""
        if what == "create" and tile not in self.likes:
            self._append(TileCreated, tile, 0, x=tile, y=0)
            self.likes[tile] = 0
        elif what == "like" and self.likes.get(tile, -1) >= 0:
            self.likes[tile] += 1
            self._append(TileLiked, tile, self.likes[tile])
        elif what == "unlike" and self.likes.get(tile, 0) > 0:
            self.likes[tile] -= 1
            self._append(TileUnliked, tile, self.likes[tile])
        elif what == "delete" and self.likes.get(tile, -1) >= 0:
            self._append(TileDeleted, tile, self.likes[tile], x=tile, y=0)
            self.likes[tile] = -1

    def close(self) -> None:
        """Delete the canvas."""
        self.canvases = 0
        self.events.append(
            CanvasDeleted(
                canvas_id=self.canvas_id,
                seq=len(self.events) + 1,
                owner_id=self.first + OWNER,
                actor_id=self.first + OWNER,
            )
        )

    @property
    def truth(self) -> dict[int, Counts]:
        """The counts of each artist after every event was applied."""
        artists = {self.first + OWNER, *(self.creator(tile) for tile in self.likes)}
        return {
            artist: Counts(
                tiles_created=len(alive := [n for n in self._likes_of(artist) if n >= 0]),
                likes_received=sum(alive),
                canvases_created=self.canvases if artist == self.first + OWNER else 0,
            )
            for artist in artists
        }

    def _likes_of(self, artist: int) -> Sequence[int]:
        return [likes for tile, likes in self.likes.items() if self.creator(tile) == artist]

    def _append(
        self,
        event: type[TileCreated | TileDeleted | TileLiked | TileUnliked],
        tile: int,
        likes: int,
        **fields: int,
    ) -> None:
        self.events.append(
            event(
                canvas_id=self.canvas_id,
                seq=len(self.events) + 1,
                tile_id=self.first + tile,
                creator_id=self.creator(tile),
                actor_id=99,
                version=1,
                like_count=likes,
                **fields,
            )
        )


@st.composite
def draw_events(draw: st.DrawFn, canvas_id: int = 1) -> tuple[CanvasHistory, list[CanvasEvent]]:
    """A history, and its events in any order with any of them repeated."""
    history = CanvasHistory(canvas_id)
    for what, tile in draw(st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 3)), max_size=30)):
        history.step(what, tile)
    if draw(st.booleans()):
        history.close()
    repeated = draw(st.lists(st.sampled_from(history.events), max_size=10))
    return history, draw(st.permutations([*history.events, *repeated]))


def long_history(seed: int) -> tuple[CanvasHistory, list[CanvasEvent]]:
    """A few hundred events of eight tiles, each of them twice, shuffled."""
    chance = random.Random(seed)
    history = CanvasHistory(canvas_id=seed)
    for _ in range(300):
        history.step(chance.choice(STEPS[:4]), chance.randrange(8))
    history.step("delete", 3)
    events = history.events * 2
    chance.shuffle(events)
    return history, events
