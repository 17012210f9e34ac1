"""Structured logs: one JSON object a line on stderr, with the request or message it belongs to.

Whatever is bound into structlog's context variables (`request_id`, `message_id`, `trace_id`) appears in
every line written while that request or message is handled, those of libraries included.
"""

from __future__ import annotations

import logging
import sys

import orjson
import structlog
from structlog.typing import EventDict, Processor, WrappedLogger


def configure_logs(service: str, instance: str, level: str) -> None:
    """Send structlog and the standard library's loggers to stderr as JSON lines."""

    def name_the_process(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
        return {"service": service, "instance": instance, **event}

    common: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        name_the_process,
    ]
    structlog.configure(
        processors=[*common, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        # What is below the level costs nothing: the line of each request is.
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
