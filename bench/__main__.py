"""``python -m bench``: measures what the goals speak of, each beside its limit in the same run."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any

import click
import msgspec

from bench import s1_events, s2_batches, s4_context, s5_matching
from bench.options import Options
from bench.table import Row, show

Bench = Callable[[Options], Coroutine[Any, Any, Sequence[Row]]]

BENCHES: Mapping[str, Bench] = {
    "s1": s1_events.run,
    "s2": s2_batches.run,
    "s4": s4_context.run,
    "s5": s5_matching.run,
}


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(list(BENCHES)))
@click.option("--json", is_flag=True, help="One JSON object a row.")
@click.option("--pairs", default=Options().pairs, help="How often ours and the limit are measured in turn.")
@click.option("--seconds", default=Options().seconds, help="How long each time.")
@click.option("--warm-s", default=Options().warm_s, help="Seconds that do not count before.")
@click.option("--fastapi", help="A Python that has fastapi and uvicorn: S1 is measured beside them too.")
@click.option("--rounds", default=Options().rounds, help="Rounds of work in each slot of S5.")
@click.option("--customers", default=Options().customers, help="Customers who write.")
@click.option("--connections", default=Options().connections, help="Connections of a closed loop.")
@click.option("--items", default=Options().items, help="Items that wait in the big state of S5.")
def main(names: Sequence[str], json: bool, **sizes: float | str | None) -> None:
    """Measure all, or the benches that are named."""
    options = msgspec.convert(sizes, Options)
    for name in names or BENCHES:
        show(asyncio.run(BENCHES[name](options)), json=json)


if __name__ == "__main__":
    main()
