"""The encoders of films: frames in, bytes of the file out, both in order and never all at once."""

from __future__ import annotations

import asyncio
import os
import shutil
import threading
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Final, Protocol, TypeVar

import psutil
from PIL import Image, ImageColor

from services.tiles.canvases.rules import Canvas
from services.tiles.films.animations import Animation, Apng, Gif
from services.tiles.films.rules import (
    LAST_FRAME_SECONDS,
    WITH_FFMPEG,
    WITHOUT_FFMPEG,
    Film,
    FilmFormat,
    hundredths_of,
)

T = TypeVar("T")

NICENESS: Final = 10
"""For the thread in which films are drawn: strokes need the same cores, and have priority."""

SESSION_NICENESS: Final = 19
"""For ffmpeg and its session: the lowest priority."""

PATIENCE_SECONDS: Final = 120.0
"""How long ffmpeg may take to accept a frame, or to end; it takes milliseconds."""

KEYFRAME_INTERVAL: Final = 100
"""Frames of an MP4 from one whole picture to the next."""

READ_BYTES: Final = 64 * 1024

_ANIMATIONS: Final[Mapping[FilmFormat, type[Animation]]] = {FilmFormat.GIF: Gif, FilmFormat.APNG: Apng}


class EncoderFailed(Exception):
    """ffmpeg could not encode a film."""


class Encoder(Protocol):
    """Encodes the frames of one film; both methods return what the file continues with."""

    async def add(self, frame: Image.Image) -> bytes:
        """Encode the next frame: palette indices, before scaling. Raises EncoderFailed."""

    async def finish(self) -> bytes:
        """Encode what is left. Raises EncoderFailed."""

    def cpu_seconds(self) -> float:
        """Return the CPU time that its process has used so far, in seconds; 0 if it has none of its own."""


class DrawingThread:
    """One thread of lower priority, in which frames are drawn and encoded."""

    def __init__(self) -> None:
        self._executor = ThreadPoolExecutor(1, "films", initializer=_give_way)

    async def run(self, function: Callable[..., T], *args: Any) -> T:
        """Call a function in the thread."""
        return await asyncio.get_running_loop().run_in_executor(self._executor, function, *args)

    def close(self) -> None:
        """End the thread after what it does now."""
        self._executor.shutdown(wait=False, cancel_futures=True)


def find_formats(ffmpeg: str) -> Sequence[FilmFormat]:
    """Return the formats that this machine can make. `ffmpeg` is its name or path, empty to do without."""
    return WITH_FFMPEG if ffmpeg and shutil.which(ffmpeg) else WITHOUT_FFMPEG


def open_encoder(
    film: Film, frames: int, canvas: Canvas, thread: DrawingThread, ffmpeg: str
) -> AbstractAsyncContextManager[Encoder]:
    """Begin the file of a film of that many frames; leaving the block ends whatever encodes it."""
    if film.format in _ANIMATIONS:
        animation = _ANIMATIONS[film.format](film, frames, canvas.paper_color, canvas.palette)
        return _encoding_in_thread(animation, film, frames, thread)
    return _running_ffmpeg(film, frames, canvas, thread, ffmpeg)


class _InThread:
    """Encodes an animation in the drawing thread."""

    def __init__(self, animation: Animation, film: Film, frames: int, thread: DrawingThread) -> None:
        self._animation = animation
        self._film = film
        self._frames = frames
        self._thread = thread
        self._added = 0

    async def add(self, frame: Image.Image) -> bytes:
        hundredths = hundredths_of(self._added, self._frames, self._film.seconds)
        self._added += 1
        return await self._thread.run(self._animation.add, frame, hundredths)

    async def finish(self) -> bytes:
        return await self._thread.run(self._animation.finish)

    def cpu_seconds(self) -> float:
        return 0.0


@asynccontextmanager
async def _encoding_in_thread(
    animation: Animation, film: Film, frames: int, thread: DrawingThread
) -> AsyncIterator[Encoder]:
    yield _InThread(animation, film, frames, thread)


class _ByFfmpeg:
    """Pipes frames to ffmpeg as RGB, and the bytes of the file back."""

    def __init__(
        self, process: asyncio.subprocess.Process, film: Film, canvas: Canvas, thread: DrawingThread
    ) -> None:
        self._process = process
        self._film = film
        self._thread = thread
        self._palette = [
            part for colour in (canvas.paper_color, *canvas.palette) for part in ImageColor.getrgb(colour)
        ]
        self._encoded = bytearray()
        self._cpu_seconds = 0.0
        self._reading = asyncio.create_task(self._read())
        self._complaining = asyncio.create_task(_read_all(process.stderr))

    async def add(self, frame: Image.Image) -> bytes:
        pixels = await self._thread.run(self._render, frame)
        stdin = self._process.stdin
        assert stdin is not None
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                stdin.write(pixels)
                await stdin.drain()
        except (TimeoutError, ConnectionError) as error:
            raise EncoderFailed(await self._explain()) from error
        return self._take()

    async def finish(self) -> bytes:
        stdin = self._process.stdin
        assert stdin is not None
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                stdin.close()
                await self._reading
                status = await self._process.wait()
        except TimeoutError as error:
            raise EncoderFailed("ffmpeg does not end") from error
        if status:
            raise EncoderFailed(await self._explain())
        return self._take()

    def cpu_seconds(self) -> float:
        # Nothing more once it has ended, about which the next frame complains.
        with suppress(psutil.NoSuchProcess):
            times = psutil.Process(self._process.pid).cpu_times()
            self._cpu_seconds = times.user + times.system
        return self._cpu_seconds

    async def close(self) -> None:
        if self._process.returncode is None:
            with suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()
        for task in (self._reading, self._complaining):
            task.cancel()
        await asyncio.gather(self._reading, self._complaining, return_exceptions=True)

    def _render(self, frame: Image.Image) -> bytes:
        frame.putpalette(self._palette)
        size = (self._film.width, self._film.height)
        if frame.size != size:
            frame = frame.resize(size, Image.Resampling.NEAREST)
        return frame.convert("RGB").tobytes()

    async def _read(self) -> None:
        stdout = self._process.stdout
        assert stdout is not None
        while data := await stdout.read(READ_BYTES):
            self._encoded += data

    def _take(self) -> bytes:
        encoded, self._encoded = bytes(self._encoded), bytearray()
        return encoded

    async def _explain(self) -> str:
        if self._process.returncode is None:
            with suppress(ProcessLookupError):
                self._process.kill()
        return f"ffmpeg: {(await self._complaining)[-500:].decode(errors='replace').strip() or 'no reason'}"


@asynccontextmanager
async def _running_ffmpeg(
    film: Film, frames: int, canvas: Canvas, thread: DrawingThread, ffmpeg: str
) -> AsyncIterator[Encoder]:
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *(shutil.which(ffmpeg) or ffmpeg, *_arguments(film, frames)),
        stdin=pipe,
        stdout=pipe,
        stderr=pipe,
        start_new_session=True,
    )
    _give_way_to_other_sessions(process.pid)
    encoder = _ByFfmpeg(process, film, canvas, thread)
    try:
        yield encoder
    finally:
        await encoder.close()


def _arguments(film: Film, frames: int) -> Sequence[str]:
    read = (
        *("-hide_banner", "-loglevel", "error", "-nostdin", "-threads", "1", "-thread_queue_size", "1"),
        *("-f", "rawvideo"),
        *("-pix_fmt", "rgb24", "-video_size", f"{film.width}x{film.height}"),
        *("-framerate", f"{frames}/{film.seconds}", "-i", "pipe:0", "-an"),
        *("-vf", f"tpad=stop_mode=clone:stop_duration={LAST_FRAME_SECONDS}", "-threads", "1"),
    )
    if film.format is FilmFormat.WEBP:
        # Lossless: with few colours it is smaller than lossy compression, which would also blur them.
        return (
            *(*read, "-c:v", "libwebp_anim", "-lossless", "1", "-quality", "50", "-loop", "0"),
            *("-f", "webp", "pipe:1"),
        )
    # Players need 4:2:0. The file is written in fragments, as a pipe cannot be rewound, and without looking
    # ahead, as each frame takes memory: 50 MB less for films that are twice as large.
    return (
        *(*read, "-c:v", "libx264", "-preset", "veryfast", "-crf", "16", "-tune", "animation"),
        *("-pix_fmt", "yuv420p", "-g", str(KEYFRAME_INTERVAL)),
        *("-x264-params", "rc-lookahead=0:sync-lookahead=0:mbtree=0:bframes=0:ref=1"),
        *("-movflags", "+frag_keyframe+empty_moov+default_base_moof", "-f", "mp4", "pipe:1"),
    )


async def _read_all(stream: asyncio.StreamReader | None) -> bytes:
    return b"" if stream is None else await stream.read()


def _give_way() -> None:
    # On Linux, threads have priorities of their own; elsewhere the whole process would stay slow.
    with suppress(AttributeError, OSError):
        if os.uname().sysname == "Linux":
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)


def _give_way_to_other_sessions(pid: int) -> None:
    # Linux divides the time between sessions first, by a priority that each has of its own (sched(7), "The
    # autogroup feature"); elsewhere, and within a container, the priority of the process counts.
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, pid, SESSION_NICENESS)
        Path(f"/proc/{pid}/autogroup").write_text(str(SESSION_NICENESS))
