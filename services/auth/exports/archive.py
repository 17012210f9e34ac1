"""The ZIP of an export, streamed piece by piece to the client that downloads it."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime
from typing import IO

README = """\
All that this site has stored about your account, in English below.

Jede Datei enthält JSON, einen Eintrag je Zeile (https://jsonlines.org). "account" ist, wer du bist und wie du
dich anmeldest, "profile" ist dein öffentliches Profil und wem du folgst, "pictures" ist, was du gemalt hast.
Pixel stehen in Base64: ein Byte je Pixel, Zeile für Zeile; 0 ist durchsichtig, n die n-te Farbe der Palette.
Passwörter und Schlüssel sind nicht enthalten: Sie sind nur so gespeichert, dass niemand sie lesen kann.
Von einer Datei sind höchstens 100 000 Einträge enthalten.

Each file has JSON, one entry per line (https://jsonlines.org). "account" is who you are and how you log in,
"profile" is your public profile and the artists you follow, "pictures" is what you painted.
Pixels are in base64: one byte per pixel, row by row; 0 is transparent, n is colour n of the palette.
Passwords and keys are not included: they are stored in a form that nobody can read.
A file has at most 100,000 entries.
"""


class _Sink(io.RawIOBase):
    """Keeps what is written until it is taken; as it cannot seek, nothing that was taken is changed."""

    def __init__(self) -> None:
        super().__init__()
        self._written = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        view = memoryview(data)  # type: ignore[arg-type]  # what zipfile writes has the buffer protocol
        self._written += view
        return view.nbytes

    def take(self) -> bytes:
        written, self._written = bytes(self._written), bytearray()
        return written


class Archive:
    """A ZIP with an explanation; files are added in order, and each may be added in parts."""

    def __init__(self, made_at: datetime) -> None:
        self._time = made_at.astimezone(UTC).timetuple()[:6]
        self._sink = _Sink()
        self._zip = zipfile.ZipFile(self._sink, "w")
        self._entry: IO[bytes] | None = None
        self._file = ""
        self._write("README.txt", README)

    def add(self, file: str, lines: str) -> bytes:
        """Add lines to a file; returns what there is to send."""
        self._write(file, lines)
        return self._sink.take()

    def finish(self) -> bytes:
        """Complete the ZIP; returns what is left to send."""
        self._close_entry()
        self._zip.close()
        return self._sink.take()

    def _write(self, file: str, lines: str) -> None:
        if file != self._file or self._entry is None:
            self._close_entry()
            info = zipfile.ZipInfo(file, self._time)
            info.compress_type = zipfile.ZIP_DEFLATED
            self._entry, self._file = self._zip.open(info, "w"), file
        self._entry.write(lines.encode())

    def _close_entry(self) -> None:
        if self._entry is not None:
            self._entry.close()
