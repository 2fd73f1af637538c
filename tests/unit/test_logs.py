"""Logs: one JSON object a line, and nothing in them that must not be read."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator

import msgspec
import pytest
import structlog

from router import logs


class Terminal(io.TextIOWrapper):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """Pretend."""
        return True


@pytest.fixture(autouse=True)
def _restore() -> Iterator[None]:
    """Leave logging as it was."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()
    root.handlers[:], root.level = handlers, level
    logging.getLogger(logs.ADAPTERS).setLevel(logging.NOTSET)


def lines(stream: io.TextIOWrapper) -> list[dict[str, object]]:
    """Read back what was logged."""
    buffer = stream.buffer
    assert isinstance(buffer, io.BytesIO)
    return [msgspec.json.decode(line) for line in buffer.getvalue().splitlines()]


def stream() -> io.TextIOWrapper:
    """Give a stream that is no terminal."""
    return io.TextIOWrapper(io.BytesIO())


def test_a_line_is_a_json_object() -> None:
    """Event, level, time and fields; what is bound to the call comes along; debug is left out."""
    out = stream()
    logs.start(out)
    structlog.contextvars.bind_contextvars(request_id="r-1")
    log = structlog.get_logger()
    log.debug("unseen")
    log.info("ready", port=8080, odd=object)
    (line,) = lines(out)
    assert line["event"] == "ready"
    assert line["level"] == "info"
    assert line["request_id"] == "r-1"
    assert line["port"] == 8080
    assert str(line["ts"]).endswith("Z")


def test_an_exception_is_one_line_too() -> None:
    """The traceback is a field."""
    out = stream()
    logs.start(out)
    try:
        int("odd")
    except ValueError:
        structlog.get_logger().exception("broke")
    (line,) = lines(out)
    assert "ValueError: invalid literal" in str(line["exception"])


def test_libraries_log_the_same_way() -> None:
    """Their warnings are our lines; their chatter is not."""
    out = stream()
    logs.start(out)
    logging.getLogger("aiohttp.server").info("chatter")
    logging.getLogger("aiohttp.server").warning("took %d s", 5)
    (line,) = lines(out)
    assert line["event"] == "library"
    assert (line["logger"], line["message"], line["level"]) == ("aiohttp.server", "took 5 s", "warning")


def test_secrets_are_hidden() -> None:
    """By their names, and passwords within addresses."""
    out = stream()
    logs.start(out)
    structlog.get_logger().info(
        "settings",
        secret="s1",
        auth_token="s2",
        Authorization="s3",
        admin_key=None,
        url="redis://u:s4@db:1/0",
    )
    (line,) = lines(out)
    assert line["url"] == "redis://[hidden]@db:1/0"
    assert line["admin_key"] is None
    assert not {"s1", "s2", "s3"} & set(map(str, line.values()))


def test_a_terminal_gets_readable_lines() -> None:
    """People read words, machines read JSON."""
    out = Terminal(io.BytesIO(), write_through=True)
    logs.start(out)
    structlog.get_logger().info("ready", port=8080)
    buffer = out.buffer
    assert isinstance(buffer, io.BytesIO)
    text = buffer.getvalue().decode()
    assert "ready" in text
    assert not text.startswith("{")


def test_what_an_adapter_says_at_info_is_seen() -> None:
    """That a listener is connected is news; what a library says at info is not."""
    out = stream()
    logs.start(out)
    logging.getLogger("channels.email.imap").info("%s is polled", "email_raw:main")
    logging.getLogger("asyncio").info("chatter")
    (line,) = lines(out)
    assert (line["event"], line["level"]) == ("channel", "info")
    assert line["message"] == "email_raw:main is polled"
