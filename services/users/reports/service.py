"""Use cases of reports."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from aiohttp import web

from services.users.audit.rules import Action
from services.users.audit.store import append
from services.users.dashboard import counters
from services.users.profiles.store import lead_with_meeting
from services.users.reports import rules, store
from services.users.reports.rules import CLOSED, Decision, Report, Target
from services.users.reports.schemas import ReportDecision, ReportDraft, ReportFilter, ReportView
from shared.db import Connection, Database
from shared.errors import Fault, Invalid, NotAllowed, TooManyRequests
from shared.http.models import Page
from shared.http.paging import decode_cursor, slice_of
from shared.identity import Identity
from shared.messaging.contracts import ReportOpened, ReportResolved
from shared.messaging.outbox import Outbox

ATTEMPTS = 5
"""Looks at what this service has heard of, spread over PROJECTION_SECONDS."""


class Reports:
    """Making reports, and what moderators do with them; `per_hour` bounds those of one artist."""

    def __init__(self, database: Database, outbox: Outbox, *, per_hour: int) -> None:
        self._database = database
        self._outbox = outbox
        self._per_hour = per_hour

    async def make(self, caller: Identity, draft: ReportDraft) -> tuple[Report, bool]:
        """Report something, once while it waits; returns the report and whether it was made now.

        Raises NotFound, NotAllowed `oneself`, TooManyRequests `report_limit`.
        """
        target = Target(draft.kind, draft.target_id)
        if target == Target("user", caller.account_id):
            raise NotAllowed("oneself", "nobody reports themselves")
        await self._find(target)
        async with self._database.transaction() as conn:
            lead_with_meeting(conn, caller)
            store.lead_with_lock(conn, caller.account_id)
            known = await store.waiting(conn, caller.account_id, target)
            if known is not None:
                return known, False
            await self._heed_limit(conn, caller)
            report_id = await store.make(conn, caller.account_id, target, draft.reason, draft.detail)
            counters.add(conn, open_reports=1)
            counters.add_on(conn, datetime.now(UTC), reports=1)
            self._outbox.emit(
                conn,
                ReportOpened(
                    report_id=report_id,
                    kind=target.kind,
                    target_id=target.target_id,
                    reporter_id=caller.account_id,
                    reason=draft.reason,
                ),
            )
            return _found(await store.get(conn, report_id)), True

    async def listed(self, query: ReportFilter) -> Page[ReportView]:
        """Return a slice of the queue: open reports first, then assigned, then closed, each oldest first."""
        beyond = (0, 0)
        if query.cursor is not None:
            rank, report_id = decode_cursor(query.cursor, 2)
            beyond = (rank, report_id)
        async with self._database.connection() as conn:
            ranked = await store.listed(conn, query.status, beyond=beyond, count=query.limit + 1)
        items, cursor = slice_of(ranked, query, lambda item: (item[0], item[1].id))
        return Page(items=[ReportView.model_validate(report) for _, report in items], next_cursor=cursor)

    async def decide(self, caller: Identity, report_id: int, wanted: ReportDecision) -> Report:
        """Take, give back or close a report; asking for what is so already changes nothing.

        Raises NotFound, NotAllowed `oneself`, Conflict `report_assigned`, `report_closed`.
        """
        decision = _decision(wanted)
        async with self._database.transaction() as conn:
            lead_with_meeting(conn, caller)
            before = _found(await store.get(conn, report_id))
            if _stands(before, decision, caller):
                return before
            if not await store.decide(
                conn, report_id, decision, caller_id=caller.account_id, is_admin=caller.is_admin
            ):
                raise rules.why_not(_found(await store.get(conn, report_id)), caller.account_id)
            after = _found(await store.get(conn, report_id))
            await append(conn, _action(caller, after))
            if decision.status in CLOSED:
                counters.add(conn, open_reports=-1)
                self._outbox.emit(conn, _resolved(caller, after))
            return after

    async def _find(self, target: Target) -> None:
        for attempt in range(ATTEMPTS):
            async with self._database.connection() as conn:
                if await store.exists(conn, target):
                    return
            if attempt < ATTEMPTS - 1:
                # It may have been made a moment ago, and the event of that be on its way.
                await asyncio.sleep(rules.PROJECTION_SECONDS / (ATTEMPTS - 1))
        raise rules.no_such_target(target.kind)

    async def _heed_limit(self, conn: Connection, caller: Identity) -> None:
        recent = await store.recent(conn, caller.account_id, rules.LIMIT_WINDOW, self._per_hour)
        if len(recent) >= self._per_hour:
            again = recent[-1] + rules.LIMIT_WINDOW - datetime.now(UTC)
            raise TooManyRequests(
                "report_limit", f"{self._per_hour} reports an hour", retry_after=again.total_seconds()
            )


def _found(report: Report | None) -> Report:
    if report is None:
        raise rules.no_such_report()
    return report


def _decision(wanted: ReportDecision) -> Decision:
    if wanted.status not in CLOSED:
        faults = [
            Fault(("body", name), "only when the report is closed")
            for name in ("resolution", "action_taken")
            if getattr(wanted, name) is not None
        ]
        if faults:
            raise Invalid(faults)
    return Decision(wanted.status, wanted.resolution, wanted.action_taken)


def _stands(report: Report, decision: Decision, caller: Identity) -> bool:
    if decision.status == "assigned":
        return report.assignee is not None and (report.status, report.assignee.id) == (
            "assigned",
            caller.account_id,
        )
    return decision.status == report.status == "open"


def _action(caller: Identity, report: Report) -> Action:
    verb = "released" if report.status == "open" else report.status
    details = {
        "kind": report.kind,
        "target_id": report.target_id,
        "resolution": report.resolution,
        "action_taken": report.action_taken,
    }
    return Action(caller.account_id, f"report.{verb}", "report", report.id, details=details)


def _resolved(caller: Identity, report: Report) -> ReportResolved:
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
