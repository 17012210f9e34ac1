"""Structured logs: one JSON object per line on stderr, with the request or message that it belongs to.

Values bound to structlog's context variables (`request_id`, `message_id`, `trace_id`) appear in each line
written while that request or message is handled, including the lines of libraries.
"""

from __future__ import annotations

import logging
import sys

import orjson
import structlog
from structlog.typing import EventDict, Processor, WrappedLogger


def configure_logs(service: str, instance: str, level: str) -> None:
    """Send structlog and the standard library's loggers to stderr as JSON lines."""

    def add_process(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
        return {"service": service, "instance": instance, **event}

    common: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        add_process,
    ]
    structlog.configure(
        processors=[*common, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        # Lines below the level cost nothing, and every request has one.
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*common, structlog.stdlib.ExtraAdder()],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                structlog.processors.JSONRenderer(
                    lambda event, **_: orjson.dumps(event, default=str).decode()
                ),
            ],
        )
    )
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for chatty in ("aio_pika", "aiormq", "alembic"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
