"""The command line of the fuzz of data and of files: cases, a line a fault, a tally."""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Callable, Iterable


def run(
    about: str | None, kinds: Iterable[str], shoot: Callable[[int, int], tuple[str, str, str]]
) -> int:
    """Every case that the command line asks for; 1 when one ended in a fault."""
    parser = argparse.ArgumentParser(
        description=about, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cases", type=int, default=20_000)
    parser.add_argument("--from", dest="first", type=int, default=0, help="which case first")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--verbose", action="store_true", help="a line a case, and what it said")
    arguments = parser.parse_args()
    began = time.monotonic()
    tally: Counter[tuple[str, str]] = Counter()
    for number in range(arguments.first, arguments.first + arguments.cases):
        kind, end, said = shoot(arguments.seed, number)
        tally[kind, end] += 1
        if end == "fault" or arguments.verbose:
            print(f"case {number} ({kind}): {end}: {said}", flush=True)
    for kind in kinds:
        ends = {end: tally[kind, end] for end in ("read", "refused", "fault")}
        print(f"{kind:<14}" + "".join(f"{count:>7} {end}" for end, count in ends.items()))
    faults = sum(count for (_, end), count in tally.items() if end == "fault")
    print(f"{arguments.cases} cases, {faults} faults; {time.monotonic() - began:.0f} s")
    return int(faults > 0)
