"""Logs: one JSON object a line, readable lines on a terminal.

``event`` is a stable snake_case word, the rest are fields; ``ts`` is RFC 3339 UTC. What is bound with
``structlog.contextvars`` (``request_id``) comes with every line of that call. Nothing logs one line an
event at info: at ten thousand a second that would be the work.
"""

from __future__ import annotations

import logging
import sys
from typing import Any, TextIO

import msgspec
import structlog
from structlog.typing import EventDict, Processor

from router.redact import redact

ADAPTERS = "channels"
"""The adapters know no logger but the standard one, under the name of their package."""


def start(stream: TextIO | None = None, level: int = logging.INFO) -> None:
    """Log to ``stream`` (standard output) from now on, libraries' warnings included."""
    out = stream or sys.stdout
    render: Processor
    factory: Any
    if out.isatty():
        # The plain form: others print local variables, and with them secrets and customers' words.
        render = structlog.dev.ConsoleRenderer(
            timestamp_key="ts", exception_formatter=structlog.dev.plain_traceback
        )
        factory = structlog.WriteLoggerFactory(out)
    else:
        render, factory = _render, structlog.BytesLoggerFactory(out.buffer)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="ts"),
            structlog.processors.StackInfoRenderer(),
            *([] if out.isatty() else [structlog.processors.format_exc_info]),
            _hide,
            render,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=factory,
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=logging.WARNING, handlers=[_Foreign()], force=True)
    logging.getLogger(ADAPTERS).setLevel(level)


def _hide(_logger: object, _method: str, event: EventDict) -> EventDict:
    return {name: redact(name, value) for name, value in event.items()}


def _render(_logger: object, _method: str, event: EventDict) -> bytes:
    return msgspec.json.encode(event, enc_hook=repr)


class _Foreign(logging.Handler):
    """Hands what libraries log to our own log, as event ``library``, and adapters as ``channel``."""

    def emit(self, record: logging.LogRecord) -> None:
        log = structlog.get_logger()
        log.log(
            record.levelno,
            "channel" if record.name.startswith(f"{ADAPTERS}.") else "library",
            logger=record.name,
            message=record.getMessage(),
            exc_info=record.exc_info,
        )
