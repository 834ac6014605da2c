"""Dealing cases to blocks: every stratum spread evenly, no two cases of one patient in a block.

Cases are edges between patients and strata, blocks are colours. Splitting each stratum into chunks of as many cases as
there are blocks gives a bipartite graph whose degrees are at most the number of blocks; by Koenig's theorem its edges can
be coloured so that no patient and no chunk meets a colour twice. A chunk that meets each colour at most once spreads the
stratum with counts that differ by at most one.
"""

import random
from collections import Counter, defaultdict
from collections.abc import Hashable, Sequence
from itertools import count

from reader_study.allocation.design import AllocationRefused, CaseSlot


def most_cases_of_a_patient(cases: Sequence[CaseSlot]) -> int:
    """0 without cases."""
    return max(Counter(case.patient for case in cases).values(), default=0)


def spread(cases: Sequence[CaseSlot], blocks: int, generator: random.Random) -> dict[str, int]:
    """Block (0..blocks-1) of each case code. Raises AllocationRefused where a patient has more cases than blocks."""
    if (most := most_cases_of_a_patient(cases)) > blocks:
        raise AllocationRefused(f"a patient has {most} cases, but there are {blocks} blocks to keep them apart")
    ordered = list(cases)
    generator.shuffle(ordered)
    chunk_of, seen = {}, Counter[Hashable]()
    for case in ordered:
        chunk_of[case.code] = (case.cell, seen[case.cell] // blocks)
        seen[case.cell] += 1
    colouring = _Colouring(blocks)
    # Whole chunks of a stratum one after another, so that the rest of each goes to the emptiest blocks.
    for case in sorted(ordered, key=lambda case: (case.cell, chunk_of[case.code][1])):
        colouring.add(case.code, ("patient", case.patient), ("chunk", chunk_of[case.code]))
    return colouring.colours


class _Colouring:
    """Edge colouring of a growing bipartite graph, with an alternating path where no colour is free at both ends."""

    def __init__(self, colours: int) -> None:
        self.count = colours
        self.colours: dict[str, int] = {}
        self.used = [0] * colours
        self.ends: dict[str, tuple[Hashable, Hashable]] = {}
        self.at: defaultdict[Hashable, dict[int, str]] = defaultdict(dict)

    def add(self, edge: str, patient: Hashable, chunk: Hashable) -> None:
        free_at_patient = [colour for colour in range(self.count) if colour not in self.at[patient]]
        free_at_chunk = [colour for colour in range(self.count) if colour not in self.at[chunk]]
        both = [colour for colour in free_at_patient if colour in free_at_chunk]
        self.ends[edge] = (patient, chunk)
        if both:
            self._paint(edge, min(both, key=lambda colour: (self.used[colour], colour)))
            return
        wanted, other = free_at_patient[0], free_at_chunk[0]
        self._swap(chunk, wanted, other)
        self._paint(edge, wanted)

    def _swap(self, start: Hashable, wanted: int, other: int) -> None:
        """Exchanges the two colours along the path from `start`, which frees `wanted` there and not at the other end."""
        path, place, colour = [], start, wanted
        while (edge := self.at[place].get(colour)) is not None:
            path.append(edge)
            one, two = self.ends[edge]
            place = two if place == one else one
            colour = other if colour == wanted else wanted
        before = {edge: self.colours[edge] for edge in path}
        for edge in path:
            self._unpaint(edge)
        for edge in path:
            self._paint(edge, other if before[edge] == wanted else wanted)

    def _paint(self, edge: str, colour: int) -> None:
        self.colours[edge] = colour
        self.used[colour] += 1
        for end in self.ends[edge]:
            self.at[end][colour] = edge

    def _unpaint(self, edge: str) -> None:
        colour = self.colours.pop(edge)
        self.used[colour] -= 1
        for end in self.ends[edge]:
            del self.at[end][colour]


def whole_patients(cases: Sequence[CaseSlot], parts: int, generator: random.Random) -> dict[str, int]:
    """Part of each case code, all cases of a patient in one part; patients with most cases are placed first, each where
    its strata are thinnest."""
    by_patient: defaultdict[str, list[CaseSlot]] = defaultdict(list)
    for case in cases:
        by_patient[case.patient].append(case)
    patients = sorted(by_patient)
    generator.shuffle(patients)
    # Single cases last and stratum by stratum: they level out what the larger patients left uneven.
    patients.sort(key=lambda name: (-len(by_patient[name]), min(case.cell for case in by_patient[name])))
    held = [Counter[Hashable]() for _ in range(parts)]
    order, found = count(), {}
    for name in patients:
        cells = [case.cell for case in by_patient[name]]
        first = next(order)
        best = min(
            range(parts),
            key=lambda part: (sum(held[part][cell] for cell in cells), held[part].total(), (part - first) % parts),
        )
        held[best].update(cells)
        found.update({case.code: best for case in by_patient[name]})
    return found


def is_even(cases: Sequence[CaseSlot], part_of: dict[str, int], parts: int) -> bool:
    """Whether every stratum is spread over the parts with counts that differ by at most one."""
    counts: defaultdict[Hashable, list[int]] = defaultdict(lambda: [0] * parts)
    for case in cases:
        counts[case.cell][part_of[case.code]] += 1
    return all(max(row) - min(row) <= 1 for row in counts.values())
