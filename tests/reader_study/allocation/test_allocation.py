"""Properties of the allocation that studies_methods.md §4 asks for, over many drawn studies."""

from collections import Counter, defaultdict
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reader_study.allocation import (
    AllocationRefused,
    CaseSlot,
    Design,
    ReaderSlot,
    allocate,
    allocation_sha256,
    balance_report,
)
from reader_study.allocation.allocate import replacement_row
from reader_study.allocation.williams import williams_rows

ARMS = "ABCDE"


def readers(count: int) -> list[ReaderSlot]:
    return [ReaderSlot(f"R{k + 1:02}") for k in range(count)]


def cases(count: int, patients: int | None = None, training: int = 0) -> list[CaseSlot]:
    """Truth in turn, two strata, patients dealt in turn; training cases have patients of their own."""
    patients = patients or count
    scored = [CaseSlot(f"C{k:03}", f"P{k % patients}", str(k % 2), "ab"[k % 3 == 0]) for k in range(count)]
    return scored + [CaseSlot(f"T{k}", f"TP{k}", str(k % 2), is_training=True) for k in range(training)]


@st.composite
def studies(draw: st.DrawFn) -> tuple[Design, list[ReaderSlot], list[CaseSlot], int]:
    arms = tuple(ARMS[: draw(st.integers(1, 4))])
    truths = draw(st.lists(st.sampled_from(["0", "1", ""]), min_size=1, max_size=40))
    patients = draw(st.integers(1, len(truths)))
    slots = [
        CaseSlot(f"C{k:03}", f"P{draw(st.integers(1, patients))}", truth, draw(st.sampled_from(["", "easy", "hard"])))
        for k, truth in enumerate(truths)
    ]
    design = Design("crossed", arms, blocks=draw(st.integers(1, 3)), replicates=draw(st.integers(1, 2)))
    return design, readers(draw(st.integers(1, 5))), slots, draw(st.integers(0, 2**40))


@settings(max_examples=150, deadline=None)
@given(studies())
def test_every_reading_once_blocks_even_and_patients_apart(study: tuple) -> None:
    design, people, slots, seed = study
    found = allocate(design, people, slots, seed)
    wanted = Counter(
        (r.code, c.code, a, k) for r in people for c in slots for a in design.arms for k in range(design.replicates)
    )
    assert Counter((one.reader, one.case, one.arm, one.replicate) for one in found) == wanted
    report = balance_report(found, slots)
    assert report["patients_apart"]
    assert report["block_spread"] <= 1
    places: defaultdict[tuple[str, int], list[int]] = defaultdict(list)
    for one in found:
        places[one.reader, one.ordinal].append(one.position)
    assert all(sorted(row) == list(range(1, len(row) + 1)) for row in places.values())


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 5), st.integers(1, 40), st.integers(1, 6), st.integers(0, 2**40))
def test_each_arm_comes_first_equally_often_for_every_reader(arms: int, count: int, people: int, seed: int) -> None:
    found = allocate(Design("crossed", tuple(ARMS[:arms])), readers(people), cases(count), seed)
    rows = len(williams_rows(arms))
    for counts in balance_report(found, cases(count))["arm_first"].values():
        values = [counts.get(arm, 0) for arm in ARMS[:arms]]
        # Groups of cases differ by at most one; an odd number of arms gives each arm two groups.
        assert max(values) - min(values) <= rows // arms


@pytest.mark.parametrize("arms", [2, 3, 4, 5, 6, 7])
def test_in_a_williams_design_each_pair_of_arms_follows_equally_often(arms: int) -> None:
    rows = williams_rows(arms)
    assert Counter(row[0] for row in rows) == dict.fromkeys(range(arms), len(rows) // arms)
    pairs = Counter(pair for row in rows for pair in pairwise(row))
    assert set(pairs.values()) == {len(rows) // arms}
    assert len(pairs) == arms * (arms - 1)


def test_each_ordered_pair_of_arms_is_adjacent_equally_often_in_the_allocation() -> None:
    found = allocate(Design("crossed", ("A", "B", "C")), readers(2), cases(60), 5)
    counts = balance_report(found, cases(60))["adjacent"]
    assert len(counts) == 6
    assert set(counts.values()) == {2 * 60 * 2 // 6}


def test_with_two_arms_half_the_cases_start_in_each() -> None:
    found = allocate(Design("crossed", ("A", "B")), readers(3), cases(20), 1)
    assert all(counts == {"A": 10, "B": 10} for counts in balance_report(found, cases(20))["arm_first"].values())


def test_case_orders_differ_between_readers() -> None:
    found = allocate(Design("crossed", ("A", "B")), readers(2), cases(30), 1)
    orders = [[one.case for one in found if one.reader == name and one.ordinal == 1] for name in ("R01", "R02")]
    assert sorted(orders[0]) == sorted(orders[1])
    assert orders[0] != orders[1]


def test_the_same_input_gives_the_same_bytes() -> None:
    # Golden: a change of this hash is a change of every stored design; say so in the changelog.
    found = allocate(Design("crossed", ("A", "B")), readers(3), cases(11, patients=7, training=3), 20260101)
    again = allocate(Design("crossed", ("A", "B")), readers(3)[::-1], cases(11, patients=7, training=3)[::-1], 20260101)
    assert found == again
    assert allocation_sha256(found) == GOLDEN


GOLDEN = "8f7fa4b73e2ac8c685a1dfc0221cec1882e5da217df8bfb3225717e7b345e263"


def test_another_seed_gives_another_order() -> None:
    one, other = (allocate(Design("crossed", ("A", "B")), readers(2), cases(20), seed) for seed in (1, 2))
    assert allocation_sha256(one) != allocation_sha256(other)


def test_a_further_reader_leaves_the_orders_of_the_others() -> None:
    two, three = (allocate(Design("crossed", ("A", "B")), readers(count), cases(20), 1) for count in (2, 3))
    assert [one for one in three if one.reader != "R03"] == list(two)


def test_sequential_reads_each_case_once() -> None:
    found = allocate(Design("sequential", ("S",)), readers(2), cases(9), 3)
    assert Counter((one.reader, one.case) for one in found) == Counter(
        (r.code, c.code) for r in readers(2) for c in cases(9)
    )


def test_split_plot_gives_reader_groups_disjoint_cases() -> None:
    people = [ReaderSlot("R01", "x"), ReaderSlot("R02", "y"), ReaderSlot("R03", "x"), ReaderSlot("R04")]
    found = allocate(Design("split_plot", ("A", "B")), people, cases(21), 9)
    seen = {name: {one.case for one in found if one.reader == name} for name in ("R01", "R02", "R03", "R04")}
    assert seen["R01"] == seen["R03"]
    assert seen["R02"] == seen["R04"]
    assert not seen["R01"] & seen["R02"]
    assert len(seen["R01"] | seen["R02"]) == 21
    assert abs(len(seen["R01"]) - len(seen["R02"])) <= 1


@settings(max_examples=40, deadline=None)
@given(st.integers(3, 6), st.integers(2, 3), st.integers(0, 10), st.integers(10, 40))
def test_anchor_rotate_has_anchors_for_all_and_enough_readers_for_the_rest(
    people: int, per_case: int, anchors: int, count: int
) -> None:
    design = Design("anchor_rotate", ("A", "B"), anchor_cases=anchors, readers_per_case=per_case)
    found = allocate(design, readers(people), cases(count), 4)
    by_case: defaultdict[str, set[str]] = defaultdict(set)
    for one in found:
        by_case[one.case].add(one.reader)
    assert len(by_case) == count
    counts = Counter(len(names) for names in by_case.values())
    assert counts[people] >= anchors
    assert set(counts) <= {people, per_case}
    assert Counter((one.reader, one.case, one.arm) for one in found).most_common(1)[0][1] == 1


def test_training_comes_first_and_practises_every_arm() -> None:
    slots = cases(6, training=4)
    found = allocate(Design("crossed", ("A", "B"), training_attempts=2), readers(1), slots, 1)
    lessons = [one for one in found if one.is_training]
    assert {one.ordinal for one in lessons} == {1, 2}
    assert Counter(one.arm for one in lessons if one.ordinal == 1) == {"A": 2, "B": 2}
    assert min(one.ordinal for one in found if not one.is_training) == 3


def test_cases_of_one_patient_stay_in_one_arm_of_a_session_where_the_strata_allow_it() -> None:
    slots = [CaseSlot(f"C{k}", f"P{k // 2}", str(k % 2)) for k in range(24)]
    found = allocate(Design("crossed", ("A", "B")), readers(2), slots, 1)
    report = balance_report(found, slots)
    assert (report["split_patients"], report["patients_apart"], report["block_spread"]) == (0, True, 0)


def test_a_replacement_reader_reads_the_same_cases_by_another_row() -> None:
    design = Design("crossed", ("A", "B"))
    found = allocate(design, readers(2), cases(12), 1)
    fresh = replacement_row(found, design, "R02", "R03", index=3, seed=1)
    assert {(one.ordinal, one.case) for one in fresh} == {
        (one.ordinal, one.case) for one in found if one.reader == "R02"
    }
    old_arm = {(one.ordinal, one.case): one.arm for one in found if one.reader == "R02"}
    assert all(old_arm[one.ordinal, one.case] != one.arm for one in fresh)


@pytest.mark.parametrize(
    ("build", "text"),
    [
        (
            lambda: Design("latin", ("A",)),
            "design 'latin' is not one of crossed, sequential, split_plot, anchor_rotate",
        ),
        (lambda: Design("crossed", ("A", "A")), "arms A, A: at least one, each once"),
        (lambda: Design("sequential", ("A", "B")), "not 2"),
        (lambda: Design("crossed", ("A",), blocks=0), "blocks 0 is not at least 1"),
        (lambda: allocate(Design("crossed", ("A",)), [], cases(2), 1), "no readers"),
        (lambda: allocate(Design("crossed", ("A",)), readers(1), [], 1), "no scored cases"),
        (lambda: allocate(Design("crossed", ("A",)), readers(1), [*cases(2), *cases(2)], 1), "case C000 stands twice"),
        (
            lambda: allocate(Design("split_plot", ("A",)), readers(2), cases(4), 1),
            "at least two reader groups, found none",
        ),
        (
            lambda: allocate(Design("anchor_rotate", ("A",), readers_per_case=4), readers(2), cases(4), 1),
            "readers_per_case 4 is not from 2 to the 2 readers",
        ),
        (
            lambda: allocate(
                Design("crossed", ("A",)), readers(1), [*cases(2), CaseSlot("T1", "P0", is_training=True)], 1
            ),
            "the patient of training case T1 has a scored case as well",
        ),
    ],
)
def test_it_refuses_what_cannot_be_laid_out(build, text: str) -> None:
    with pytest.raises(AllocationRefused, match=text):
        build()
