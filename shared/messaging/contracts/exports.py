"""Messages about the export of all that the site has of an account. The subject is the export.

Auth asks with an event; whichever service has data of the account sends parts of files back, one by one.
"""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from shared.messaging.contracts.event import Command, Event


class ExportRequested(Event):
    """The owner of an account has requested all its data."""

    type: ClassVar[str] = "export.requested"
    subject_kind: ClassVar[str] = "export"

    export_id: int
    account_id: int

    @property
    def subject_id(self) -> int:
        """The export."""
        return self.export_id


class ExportPart(Command):
    """Some lines of a file of an export, for auth to keep.

    The parts of a service are numbered from 0, and those of a file follow each other; after the one that is
    last, the service has nothing to add.
    """

    type: ClassVar[str] = "export.part"
    subject_kind: ClassVar[str] = "export"

    export_id: int
    service: str
    number: int = Field(ge=0)
    file: str
    lines: str = Field(repr=False)
    is_last: bool

    @property
    def subject_id(self) -> int:
        """The export."""
        return self.export_id
