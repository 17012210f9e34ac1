"""Use cases of reports."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from aiohttp import web

from services.users import counters
from services.users.audit.rules import AuditedAction
from services.users.audit.store import append
from services.users.notices import store as notices
from services.users.notices.rules import NewNotice, NoticeKind
from services.users.profiles.store import ensure_artist, ensure_artists
from services.users.reports import rules, store
from services.users.reports.rules import CLOSED, Report, ReportChange, Target
from services.users.reports.schemas import ReportDecision, ReportDraft, ReportFilter, ReportView
from shared.db import Connection, Database
from shared.errors import Fault, Invalid, NotAllowed, TooManyRequests
from shared.http.models import Page
from shared.http.paging import decode_cursor, slice_of
from shared.identity import Identity
from shared.messaging.contracts import MessageReported, ReportOpened, ReportResolved
from shared.messaging.outbox import Outbox

ATTEMPTS = 5
"""Look-ups of a target, spread over PROJECTION_SECONDS."""


class Reports:
    """Creates reports and lets moderators decide them; `per_hour` is the limit per artist."""

    def __init__(self, database: Database, outbox: Outbox, *, per_hour: int) -> None:
        self._database = database
        self._outbox = outbox
        self._per_hour = per_hour

    async def create_report(self, caller: Identity, draft: ReportDraft) -> tuple[Report, bool]:
        """Report a target unless the caller's report of it is open; returns the report and whether it is new.

        Raises NotFound, NotAllowed `oneself`, TooManyRequests `report_limit`.
        """
        target = Target(draft.kind, draft.target_id)
        if target == Target("user", caller.account_id):
            raise NotAllowed("oneself", "You can't report yourself.")
        await self._check_exists(target)
        async with self._database.transaction() as conn:
            ensure_artist(conn, caller)
            store.prepend_reporter_lock(conn, caller.account_id)
            waiting = await store.get_waiting_report(conn, caller.account_id, target)
            if waiting is not None:
                return waiting, False
            await self._check_limit(conn, caller)
            report_id = await store.insert_report(
                conn, caller.account_id, target, reason=draft.reason, detail=draft.detail
            )
            self._defer_opened(conn, report_id, target, caller.account_id, draft.reason)
            return _require_report(await store.get_report(conn, report_id)), True

    async def record_message_report(self, conn: Connection, event: MessageReported) -> None:
        """Open the report of a message, which tiles has checked, unless the reporter's is open."""
        people = {event.actor_id: event.actor_username}
        people |= {quoted.author_id: quoted.author_username for quoted in event.messages}
        ensure_artists(conn, sorted(people.items()))
        store.prepend_reporter_lock(conn, event.actor_id)
        target = Target("message", event.message_id)
        if await store.get_waiting_report(conn, event.actor_id, target) is not None:
            return
        report_id = await store.insert_report(
            conn,
            event.actor_id,
            target,
            reason=event.reason,
            detail=event.detail,
            evidence={
                "canvas_id": event.canvas_id,
                "author_id": event.author_id,
                "messages": [
                    quoted.model_dump(mode="json", exclude={"author_username"}) for quoted in event.messages
                ],
            },
        )
        self._defer_opened(conn, report_id, target, event.actor_id, event.reason)

    def _defer_opened(
        self, conn: Connection, report_id: int, target: Target, reporter_id: int, reason: str
    ) -> None:
        counters.defer_add_to_totals(conn, open_reports=1)
        counters.defer_add_to_day(conn, datetime.now(UTC), reports=1)
        self._outbox.defer(
            conn,
            ReportOpened(
                report_id=report_id,
                kind=target.kind,
                target_id=target.target_id,
                reporter_id=reporter_id,
                reason=reason,
            ),
        )

    async def list_reports(self, query: ReportFilter) -> Page[ReportView]:
        """Return a page of the queue: open, then assigned, then closed reports, each oldest first."""
        beyond = (0, 0)
        if query.cursor is not None:
            rank, report_id = decode_cursor(query.cursor, 2)
            beyond = (rank, report_id)
        async with self._database.connection() as conn:
            ranked = await store.list_reports(conn, query.status, beyond=beyond, count=query.limit + 1)
        items, cursor = slice_of(ranked, query, lambda item: (item[0], item[1].id))
        return Page(items=[ReportView.model_validate(report) for _, report in items], next_cursor=cursor)

    async def decide_report(self, caller: Identity, report_id: int, wanted: ReportDecision) -> Report:
        """Take, give back or close a report; requesting its current state changes nothing.

        Raises NotFound, NotAllowed `oneself`, Conflict `report_assigned`, `report_closed`.
        """
        change = _read_change(wanted)
        async with self._database.transaction() as conn:
            ensure_artist(conn, caller)
            before = _require_report(await store.get_report(conn, report_id))
            if _is_unchanged(before, change, caller):
                return before
            if not await store.change_report(
                conn, report_id, change, caller_id=caller.account_id, is_admin=caller.is_admin
            ):
                raise rules.explain_refusal(
                    _require_report(await store.get_report(conn, report_id)), caller.account_id
                )
            after = _require_report(await store.get_report(conn, report_id))
            await append(conn, _make_action(caller, after))
            if change.status in CLOSED:
                counters.defer_add_to_totals(conn, open_reports=-1)
                self._outbox.defer(conn, _make_event(caller, after))
                await notices.add(conn, _make_notice(after))
            return after

    async def _check_exists(self, target: Target) -> None:
        for attempt in range(ATTEMPTS):
            async with self._database.connection() as conn:
                if await store.target_exists(conn, target):
                    return
            if attempt < ATTEMPTS - 1:
                # It may have been created a moment ago, with its event still under way.
                await asyncio.sleep(rules.PROJECTION_SECONDS / (ATTEMPTS - 1))
        raise rules.no_such_target(target.kind)

    async def _check_limit(self, conn: Connection, caller: Identity) -> None:
        recent = await store.list_recent(conn, caller.account_id, rules.LIMIT_WINDOW, self._per_hour)
        if len(recent) >= self._per_hour:
            again = recent[-1] + rules.LIMIT_WINDOW - datetime.now(UTC)
            raise TooManyRequests(
                "report_limit",
                f"The limit is {self._per_hour} reports per hour.",
                retry_after=again.total_seconds(),
            )


def _require_report(report: Report | None) -> Report:
    if report is None:
        raise rules.no_such_report()
    return report


def _read_change(wanted: ReportDecision) -> ReportChange:
    if wanted.status not in CLOSED:
        faults = [
            Fault(("body", name), "only when the report is closed")
            for name in ("resolution", "action_taken")
            if getattr(wanted, name) is not None
        ]
        if faults:
            raise Invalid(faults)
    return ReportChange(wanted.status, wanted.resolution, wanted.action_taken)


def _is_unchanged(report: Report, change: ReportChange, caller: Identity) -> bool:
    if change.status == "assigned":
        return report.assignee is not None and (report.status, report.assignee.id) == (
            "assigned",
            caller.account_id,
        )
    return change.status == report.status == "open"


def _make_action(caller: Identity, report: Report) -> AuditedAction:
    verb = "released" if report.status == "open" else report.status
    details = {
        "kind": report.kind,
        "target_id": report.target_id,
        "resolution": report.resolution,
        "action_taken": report.action_taken,
    }
    return AuditedAction(caller.account_id, f"report.{verb}", "report", report.id, details=details)


def _make_notice(report: Report) -> NewNotice:
    return NewNotice(
        recipient_ids=[report.reporter.id],
        kind=NoticeKind.REPORT_CLOSED,
        subject=f"report:{report.id}",
        occurred_at=datetime.now(UTC),
        outcome=report.status,
    )


def _make_event(caller: Identity, report: Report) -> ReportResolved:
    assert report.status in ("resolved", "dismissed")
    return ReportResolved(
        report_id=report.id,
        kind=report.kind,
        target_id=report.target_id,
        reporter_id=report.reporter.id,
        actor_id=caller.account_id,
        outcome=report.status,
        action_taken=report.action_taken,
    )


REPORTS = web.AppKey("REPORTS", Reports)
