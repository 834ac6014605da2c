"""What a manager sees before opening: how even the allocation is. Counts by stratum are for managers, never for readers."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from reader_study.allocation.design import CaseSlot, Placement


def balance_report(placements: Sequence[Placement], cases: Sequence[CaseSlot]) -> dict[str, Any]:
    """JSON-ready. arm_first: per reader and arm, cases read first in that arm. adjacent: ordered pairs of arms that follow
    one another over a case's readings. block_spread: largest difference of a stratum's counts between the blocks of a
    session. patients_apart: no block holds a patient twice. split_patients: patients whose cases stand in two arms of one
    session, which washout will hold back."""
    scored = [one for one in placements if not one.is_training]
    first, adjacent = _orders(scored)
    slots = {case.code: case for case in cases}
    split = _split_patients(scored, slots)
    return {
        "readers": len({one.reader for one in placements}),
        "cases": len({one.case for one in scored}),
        "training_cases": len({one.case for one in placements if one.is_training}),
        "readings": len(scored),
        "sessions_per_reader": {
            name: len({one.ordinal for one in placements if one.reader == name})
            for name in sorted({one.reader for one in placements})
        },
        "readings_per_session": _range(Counter((one.reader, one.ordinal) for one in scored).values()),
        "readers_per_case": _range(_readers_per_case(scored)),
        "arm_first": first,
        "adjacent": adjacent,
        "block_spread": _block_spread(scored, slots),
        "patients_apart": _patients_apart(scored, slots),
        "split_patients": split,
        "warnings": [f"{split} patients are read in two arms in one session: washout will hold their second case back"]
        if split
        else [],
    }


def _readers_per_case(scored: Sequence[Placement]) -> list[int]:
    readers: defaultdict[str, set[str]] = defaultdict(set)
    for one in scored:
        readers[one.case].add(one.reader)
    return [len(names) for names in readers.values()]


def _range(values: Any) -> list[int]:
    found = sorted(values)
    return [found[0], found[-1]] if found else [0, 0]


def _orders(scored: Sequence[Placement]) -> tuple[dict[str, dict[str, int]], dict[str, int]]:
    by_case: defaultdict[tuple[str, str, int], list[tuple[int, str]]] = defaultdict(list)
    for one in scored:
        by_case[one.reader, one.case, one.replicate].append((one.ordinal, one.arm))
    first: defaultdict[str, Counter[str]] = defaultdict(Counter)
    adjacent: Counter[str] = Counter()
    for (reader, _, _), entries in by_case.items():
        arms = [arm for _, arm in sorted(entries)]
        first[reader][arms[0]] += 1
        adjacent.update(f"{one}>{other}" for one, other in pairwise(arms))
    return {reader: dict(sorted(counts.items())) for reader, counts in sorted(first.items())}, dict(
        sorted(adjacent.items())
    )


def _block_spread(scored: Sequence[Placement], slots: dict[str, CaseSlot]) -> int:
    """Over the parts of each set of cases: blocks are named `set.group.sitting`."""
    counts: defaultdict[tuple[str, tuple[str, str]], Counter[str]] = defaultdict(Counter)
    blocks: defaultdict[str, set[str]] = defaultdict(set)
    for case, block in {(one.case, one.block) for one in scored}:
        pool = block.split(".")[0]
        blocks[pool].add(block)
        counts[pool, slots[case].cell][block] += 1
    return max(
        (max(row[b] for b in blocks[pool]) - min(row[b] for b in blocks[pool]) for (pool, _), row in counts.items()),
        default=0,
    )


def _patients_apart(scored: Sequence[Placement], slots: dict[str, CaseSlot]) -> bool:
    held = Counter((one.reader, one.ordinal, one.block, slots[one.case].patient) for one in scored)
    return max(held.values(), default=0) <= 1


def _split_patients(scored: Sequence[Placement], slots: dict[str, CaseSlot]) -> int:
    arms: defaultdict[tuple[str, int, str], set[str]] = defaultdict(set)
    for one in scored:
        arms[one.reader, one.ordinal, slots[one.case].patient].add(one.arm)
    return len({patient for (_, _, patient), found in arms.items() if len(found) > 1})
