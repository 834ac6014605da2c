"""The allocation itself. Stored and hashed at opening; never computed again per request."""

import random
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

from reader_study.allocation.design import (
    ANCHOR_ROTATE,
    SPLIT_PLOT,
    AllocationRefused,
    CaseSlot,
    Design,
    Placement,
    ReaderSlot,
)
from reader_study.allocation.partition import is_even, most_cases_of_a_patient, spread, whole_patients
from reader_study.allocation.williams import williams_rows
from webapp.reveal.canonical_json import sha256_of


@dataclass(frozen=True)
class _Pool:
    """Cases that the same readers read. part[code] = (group, sitting): a group follows one row of the design."""

    name: str
    readers: tuple[str, ...]
    part: dict[str, tuple[int, int]]


def allocate(
    design: Design, readers: Sequence[ReaderSlot], cases: Sequence[CaseSlot], seed: int
) -> tuple[Placement, ...]:
    """Every placement, sorted by reader, session and position. Same input, same bytes, on every machine.

    Two cases of a patient stay in one arm period where the strata allow it (otherwise washout would hold the second back).
    Raises AllocationRefused for a design that cannot be laid out.
    """
    _check(readers, cases)
    readers = sorted(readers, key=lambda reader: reader.code)
    cases = sorted(cases, key=lambda case: case.code)
    scored = [case for case in cases if not case.is_training]
    training = [case for case in cases if case.is_training]
    sittings = max(design.blocks, most_cases_of_a_patient(scored))
    pools = [
        _pool(name, names, rows, design, sittings, seed) for name, names, rows in _pools(design, readers, scored, seed)
    ]
    found: list[Placement] = []
    for index, reader in enumerate(readers):
        lessons = _training(design, reader.code, training, seed)
        found += lessons
        first = max((one.ordinal for one in lessons), default=0) + 1
        found += _sessions(
            design, reader.code, index, [pool for pool in pools if reader.code in pool.readers], first, sittings, seed
        )
    return tuple(sorted(found))


def allocation_sha256(placements: Sequence[Placement]) -> str:
    """SHA-256 of the canonical JSON of all placements in order."""
    return sha256_of([asdict(placement) for placement in sorted(placements)])


def replacement_row(
    placements: Sequence[Placement], design: Design, replaced: str, newcomer: str, index: int, seed: int
) -> tuple[Placement, ...]:
    """A fresh row of the design for a reader who takes the place of another: the same cases and sittings, another row
    (`index`: how many readers the study has had) and a new order of cases."""

    def moved_arm(one: Placement) -> str:
        # Adding a constant to every arm turns a row of a Williams square into another row of the same square.
        return one.arm if one.is_training else design.arms[(design.arms.index(one.arm) + index) % len(design.arms)]

    moved = [replace(one, reader=newcomer, arm=moved_arm(one)) for one in placements if one.reader == replaced]
    found = []
    for ordinal in sorted({one.ordinal for one in moved}):
        session = [one for one in moved if one.ordinal == ordinal]
        found += _ordered(session, _generator(seed, "replacement", newcomer, ordinal))
    return tuple(sorted(found))


def _check(readers: Sequence[ReaderSlot], cases: Sequence[CaseSlot]) -> None:
    if not readers:
        raise AllocationRefused("no readers: at least one is needed")
    if not any(not case.is_training for case in cases):
        raise AllocationRefused("no scored cases: at least one is needed")
    for kind, codes in (("reader", [one.code for one in readers]), ("case", [one.code for one in cases])):
        if twice := sorted({code for code in codes if codes.count(code) > 1}):
            raise AllocationRefused(f"{kind} {twice[0]} stands twice")
    training = [case for case in cases if case.is_training]
    if most_cases_of_a_patient(training) > 1:
        raise AllocationRefused("a patient has more than one training case: a block holds each patient once")
    if both := {case.patient for case in training} & {case.patient for case in cases if not case.is_training}:
        code = min(case.code for case in training if case.patient in both)
        raise AllocationRefused(f"the patient of training case {code} has a scored case as well")


def _pools(
    design: Design, readers: Sequence[ReaderSlot], cases: Sequence[CaseSlot], seed: int
) -> list[tuple[str, tuple[str, ...], list[CaseSlot]]]:
    """(name, readers, cases) of the sets of cases that are read by the same readers."""
    everybody = tuple(reader.code for reader in readers)
    if design.kind == SPLIT_PLOT:
        return _split_plot(readers, cases, seed)
    if design.kind == ANCHOR_ROTATE:
        return _anchor_rotate(design, everybody, cases, seed)
    return [("all", everybody, list(cases))]


def _split_plot(
    readers: Sequence[ReaderSlot], cases: Sequence[CaseSlot], seed: int
) -> list[tuple[str, tuple[str, ...], list[CaseSlot]]]:
    named = sorted({reader.group for reader in readers if reader.group})
    if len(named) < 2:
        raise AllocationRefused(f"split_plot needs at least two reader groups, found {', '.join(named) or 'none'}")
    members: dict[str, list[str]] = {
        name: [reader.code for reader in readers if reader.group == name] for name in named
    }
    for reader in readers:
        if not reader.group:
            members[min(named, key=lambda name: (len(members[name]), name))].append(reader.code)
    fixed = {case.code: case.group for case in cases if case.group in named}
    free = [case for case in cases if case.code not in fixed]
    part_of = whole_patients(free, len(named), _generator(seed, "split"))
    group_of = fixed | {case.code: named[part_of[case.code]] for case in free}
    return [(name, tuple(members[name]), [case for case in cases if group_of[case.code] == name]) for name in named]


def _anchor_rotate(
    design: Design, everybody: tuple[str, ...], cases: Sequence[CaseSlot], seed: int
) -> list[tuple[str, tuple[str, ...], list[CaseSlot]]]:
    count, per_case = len(everybody), design.readers_per_case
    if not 2 <= per_case <= count:
        raise AllocationRefused(f"readers_per_case {per_case} is not from 2 to the {count} readers")
    if not 0 <= design.anchor_cases <= len(cases):
        raise AllocationRefused(f"anchor_cases {design.anchor_cases} is not from 0 to the {len(cases)} cases")
    wheel = whole_patients(cases, count, _generator(seed, "rotate"))
    # Anchors are taken from each rotating block in turn, so that they have the strata of the whole.
    queues = [[case for case in cases if wheel[case.code] == part] for part in range(count)]
    for part, queue in enumerate(queues):
        _generator(seed, "anchor", part).shuffle(queue)
    anchors: list[CaseSlot] = []
    while len(anchors) < design.anchor_cases:
        anchors.append(max(queues, key=len).pop())
    pools = [("anchor", everybody, sorted(anchors, key=lambda case: case.code))]
    for part, queue in enumerate(queues):
        names = tuple(everybody[(part + step) % count] for step in range(per_case))
        pools.append((f"rotating-{part + 1}", names, sorted(queue, key=lambda case: case.code)))
    return [pool for pool in pools if pool[2]]


def _pool(
    name: str, readers: tuple[str, ...], cases: list[CaseSlot], design: Design, sittings: int, seed: int
) -> _Pool:
    """Groups = rows of the Williams design, so that every reader meets every row; sittings keep a patient's cases apart."""
    groups = len(williams_rows(len(design.arms)))
    group_of = whole_patients(cases, groups, _generator(seed, name, "groups"))
    if is_even(cases, group_of, groups):
        part: dict[str, tuple[int, int]] = {}
        for group in range(groups):
            own = [case for case in cases if group_of[case.code] == group]
            sitting_of = spread(own, sittings, _generator(seed, name, "sittings", group))
            part |= {case.code: (group, sitting_of[case.code]) for case in own}
        return _Pool(name, readers, part)
    block_of = spread(cases, groups * sittings, _generator(seed, name, "blocks"))
    return _Pool(name, readers, {code: (block % groups, block // groups) for code, block in block_of.items()})


def _sessions(
    design: Design, reader: str, index: int, pools: list[_Pool], first: int, sittings: int, seed: int
) -> list[Placement]:
    """Sessions of one reader: periods of the design one after another, each in `sittings` sittings."""
    rows = williams_rows(len(design.arms))
    found: list[Placement] = []
    ordinal = first
    for period in range(len(design.arms) * design.replicates):
        replicate, step = divmod(period, len(design.arms))
        for sitting in range(sittings):
            session = []
            for number, pool in enumerate(pools):
                for code, (group, own_sitting) in pool.part.items():
                    if own_sitting == sitting:
                        arm = design.arms[rows[(group + index + number) % len(rows)][step]]
                        block = f"{pool.name}.{group + 1}.{sitting + 1}"
                        session.append(Placement(reader, ordinal, 0, block, code, arm, replicate, False))
            if session:
                found += _ordered(session, _generator(seed, reader, "session", ordinal))
                ordinal += 1
    return found


def _training(design: Design, reader: str, training: list[CaseSlot], seed: int) -> list[Placement]:
    """Every training case once per attempt, arms in turn so that each display is practised."""
    found: list[Placement] = []
    for attempt in range(design.training_attempts if training else 0):
        generator = _generator(seed, reader, "training", attempt)
        order = list(training)
        generator.shuffle(order)
        session = [
            Placement(reader, attempt + 1, 0, "training", case.code, design.arms[k % len(design.arms)], attempt, True)
            for k, case in enumerate(order)
        ]
        found += _ordered(session, generator)
    return found


def _ordered(session: list[Placement], generator: random.Random) -> list[Placement]:
    """Positions: arm after arm (the order of arms drawn), cases of an arm in an order of their own."""
    arms = sorted({one.arm for one in session})
    generator.shuffle(arms)
    found: list[Placement] = []
    for arm in arms:
        own = sorted(one for one in session if one.arm == arm)
        generator.shuffle(own)
        found += [replace(one, position=len(found) + k) for k, one in enumerate(own, start=1)]
    return found


def _generator(seed: int, *purpose: object) -> random.Random:
    """A stream of its own per purpose: adding a reader leaves the orders of the others as they were."""
    return random.Random(sha256_of([seed, *[str(word) for word in purpose]]))
