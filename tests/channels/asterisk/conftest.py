"""What the tests of Asterisk may ask for: a listener that hears a manager."""

from __future__ import annotations

import contextlib
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest
from asterisk_manager import SECRET, Kept, Manager

from channels.voice.asterisk_ami import AmiListener
from channels.voice.asterisk_hearing import Pace
from router.ports import Account

QUICK = Pace(login_s=5, ping_s=5, again_s=0.001, most_s=0.01, refused_s=0.01)
Listen = Callable[..., AbstractAsyncContextManager[tuple[Manager, Kept]]]


@pytest.fixture
def listen() -> Listen:
    """Let a listener hear a manager for as long as a block runs."""

    @contextlib.asynccontextmanager
    async def listening(
        context: ssl.SSLContext | None = None, *, pace: Pace = QUICK, buffer: int = 100, **changes: Any
    ) -> AsyncIterator[tuple[Manager, Kept]]:
        manager, kept = Manager(context), Kept()
        for name, value in changes.pop("manager", {}).items():
            setattr(manager, name, value)
        await manager.start()
        settings = {"host": "127.0.0.1", "port": manager.port, "username": "router", **changes}
        account = Account("voice", "asterisk", "main", secret=SECRET, settings=settings)
        listener = AmiListener(account, pace=pace, buffer=buffer)
        await listener.start(kept)
        try:
            yield manager, kept
        finally:
            kept.open.set()
            await listener.stop()
            await manager.stop()

    return listening
