"""queue_put: a queue begins or changes; the registry moves on when something did."""

from __future__ import annotations

import asyncio
from typing import Any

from router.model.queue import QueueProfile


async def test_a_queue_is_kept_as_given(slot: Any) -> None:
    """Settings come back as they went in."""
    profile = QueueProfile(offer_timeout_s=45, targets={"sms": 30.0})
    await slot.registry.put_queue("billing", profile)
    now = await slot.registry.refresh()
    assert now.queues == {"support": QueueProfile(), "billing": profile}
    await slot.check()


async def test_a_change_raises_the_registry_and_a_repetition_does_not(slot: Any) -> None:
    """A process that thought under the old settings thinks again."""
    before = slot.registry.now.reg
    await slot.registry.put_queue("support", QueueProfile(wrap_up_s=5))
    assert slot.registry.now.reg == before + 1
    await slot.registry.put_queue("support", QueueProfile(wrap_up_s=5))
    assert slot.registry.now.reg == before + 1


async def test_many_puts_at_once_are_all_kept(slot: Any, rival: Any) -> None:
    """Twenty queues by two processes: all there, each counted once."""
    before = slot.registry.now.reg
    await asyncio.gather(
        *(side.registry.put_queue(f"q{n}", QueueProfile()) for n in range(20) for side in (slot, rival))
    )
    now = await slot.registry.refresh()
    assert set(now.queues) == {"support", *(f"q{n}" for n in range(20))}
    assert now.reg == before + 20
