"""Which of the labelled images come into a reference set, and with which probability. Pure: the same images, rule and seed make the
same set.

An image has two numbers from the seed and its UID. By the first one image stands for each patient: the lowest. By the second the
lowest are taken in each cell (class of the first finding, where a share of it is wanted, and stratum). With one number for both,
who has two images would come in more often than is told. The probability of an image is that of both steps: 1 / images of the
patient, times taken / there in its cell.
"""

import hashlib
from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from webapp.change_plans.reference_rule import ReferenceRule

T = TypeVar("T")


@dataclass(frozen=True)
class Candidate(Generic[T]):
    """own: what the caller calls it. uid: that the file calls itself. patient: equal for images of one patient."""

    own: T
    uid: str
    patient: Hashable
    is_positive: bool
    stratum: str


@dataclass(frozen=True)
class Chosen(Generic[T]):
    """probability: above 0, at most 1."""

    candidate: Candidate[T]
    probability: float


class TooFew(Exception):
    """The labelled images do not give what the rule asks for; the sentence says what is there."""


def draw(candidates: Sequence[Candidate[T]], rule: ReferenceRule) -> list[Chosen[T]]:
    """In the order of the numbers. Raises TooFew."""
    of_patient: dict[Hashable, list[Candidate[T]]] = defaultdict(list)
    for candidate in candidates:
        of_patient[candidate.patient].append(candidate)
    for images in of_patient.values():
        images.sort(key=lambda one: _number(rule.seed, "patient", one.uid))
    firsts = sorted((images[0] for images in of_patient.values()), key=lambda one: _number(rule.seed, "cell", one.uid))
    chosen: list[Chosen[T]] = []
    for pool, wanted in _pools(firsts, rule):
        cells: dict[str, list[Candidate[T]]] = defaultdict(list)
        for candidate in pool:
            cells[candidate.stratum].append(candidate)
        taken = in_proportion(wanted, {name: len(cell) for name, cell in cells.items()})
        for name, cell in cells.items():
            share = taken[name] / len(cell)
            chosen += [Chosen(one, share / len(of_patient[one.patient])) for one in cell[: taken[name]]]
    return sorted(chosen, key=lambda one: _number(rule.seed, "cell", one.candidate.uid))


def in_proportion(wanted: int, sizes: Mapping[str, int]) -> dict[str, int]:
    """How many of each cell: one, so that no weight stands for a cell that nobody looked at, and the rest in proportion to what
    else it has; largest remainders, ties by name. Raises TooFew where there are more cells than images to take."""
    if wanted < len(sizes):
        raise TooFew(f"the strata make {len(sizes)} cells, and the rule asks for {wanted} images of them: ask for more")
    others, rest = sum(sizes.values()) - len(sizes), wanted - len(sizes)
    taken, left = {}, {}
    for name, size in sizes.items():
        more, left[name] = divmod(rest * (size - 1), max(others, 1))
        taken[name] = 1 + more
    by_remainder = sorted(sizes, key=lambda name: (-left[name], name))
    for name in by_remainder[: wanted - sum(taken.values())]:
        taken[name] += 1
    return taken


def _pools(firsts: Sequence[Candidate[T]], rule: ReferenceRule) -> list[tuple[list[Candidate[T]], int]]:
    """(images to draw from, how many): both classes together, or each alone where a share is wanted."""
    finding = rule.findings[0]
    if rule.images is None:
        return [(list(firsts), len(firsts))] if firsts else []
    if len(firsts) < rule.images:
        raise TooFew(
            f"the rule asks for {rule.images} images, one of a patient, and {len(firsts)} have a label of {finding}"
        )
    if rule.positive_share is None:
        return [(list(firsts), rule.images)]
    positives = round(rule.images * rule.positive_share)
    pools = []
    for is_positive, wanted in ((True, positives), (False, rule.images - positives)):
        pool = [one for one in firsts if one.is_positive is is_positive]
        if len(pool) < wanted:
            word = "with" if is_positive else "without"
            raise TooFew(
                f"the rule asks for {wanted} images {word} {finding}, one of a patient, and {len(pool)} are there"
            )
        if pool:
            pools.append((pool, wanted))
    return pools


def _number(seed: int, step: str, uid: str) -> int:
    return int.from_bytes(hashlib.sha256(f"{seed}|{step}|{uid}".encode()).digest()[:8], "big")
