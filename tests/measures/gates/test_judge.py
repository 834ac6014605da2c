"""The rule of the verdicts: passed, failed, not enough cases, and never not enough twice."""

import math

import numpy as np
import pytest

from measures.gates.judge import judge
from measures.gates.looks import spent_at
from measures.gates.outputs import PairedOutputs
from measures.gates.plan import Gate, GatePlan, Judgement
from tests.measures.gates.made import answers, paired


def sens(n: int, gained: int = 0, lost: int = 0, **more: object) -> PairedOutputs:
    """n positives, all found by both but for these, and as many negatives."""
    served, candidate = np.full(2 * n, 0.9), np.full(2 * n, 0.9)
    candidate[:lost], served[lost : lost + gained] = 0.1, 0.1
    return paired([1] * n + [0] * n, served, candidate, **more)  # type: ignore[arg-type]


def judged(outputs: PairedOutputs, gate: Gate, **how: object) -> Judgement:
    return judge(GatePlan((gate,)), {"opacity": outputs}, **how)  # type: ignore[arg-type]


def word(*arguments: object, **how: object) -> str:
    return judged(*arguments, **how).verdicts[0].word  # type: ignore[arg-type]


GATE = Gate("sens", "sensitivity", "opacity", low=-0.05)


def test_an_interval_inside_the_margin_passes() -> None:
    found = judged(sens(200), GATE)
    assert found.passed
    assert found.verdicts[0].word == "passed"
    assert found.alpha == pytest.approx(0.025)
    assert found.verdicts[0].confidence == pytest.approx(0.95)


def test_an_interval_outside_the_margin_fails_whatever_the_number() -> None:
    assert word(sens(30, lost=20), GATE) == "failed"


def test_few_cases_are_not_enough_and_the_number_needed_is_said() -> None:
    verdict = judged(sens(30), GATE).verdicts[0]
    assert verdict.word == "not_enough_cases"
    assert not judged(sens(30), GATE).passed
    assert verdict.needed is not None
    assert verdict.needed > 30
    assert verdict.needed_positives == verdict.needed
    assert verdict.needed_negatives == 0


def test_what_passes_at_the_number_needed_passes() -> None:
    needed = judged(sens(30), GATE).verdicts[0].needed
    assert needed is not None
    assert word(sens(needed), GATE, look=2) == "passed"


def test_with_cases_enough_a_wide_interval_fails() -> None:
    assert word(sens(2000, lost=95), GATE) == "failed"


def test_not_enough_cases_is_said_once() -> None:
    assert word(sens(30, lost=2), GATE) == "not_enough_cases"
    assert word(sens(30, lost=2), GATE, told={"sens": 900}, look=2) == "failed"
    assert word(sens(900), GATE, told={"sens": 900}, look=2) == "passed"


@pytest.mark.parametrize(
    "least", [{"least_cases": 201}, {"least_positives": 201}, {"least_positives": 100, "least_cases": 300}]
)
def test_below_the_least_number_nothing_passes(least: dict[str, int]) -> None:
    gate = Gate("sens", "sensitivity", "opacity", low=-0.05, **least)
    verdict = judged(sens(200), gate).verdicts[0]
    assert verdict.word == "not_enough_cases"
    assert verdict.needed is not None
    assert verdict.needed >= max(least.values())


def test_of_a_required_class_that_is_absent_the_least_number_is_needed_and_never_0() -> None:
    gate = Gate("refused", "refusal_rate", "opacity", high=0.1, least_positives=50)
    scores = [0.1] * 80
    verdict = judged(paired([0] * 80, scores, scores), gate).verdicts[0]
    assert verdict.word == "not_enough_cases"
    assert (verdict.needed, verdict.needed_positives) == (None, 50)
    assert (verdict.needed_negatives or 0) > 0
    free = Gate("refused", "refusal_rate", "opacity", high=0.1)
    assert judged(paired([0] * 80, scores, scores), free).verdicts[0].needed_positives == 0


def test_a_least_number_of_what_the_figure_does_not_rest_on_is_no_hindrance() -> None:
    assert word(sens(200), Gate("sens", "sensitivity", "opacity", low=-0.05, least_negatives=500)) == "passed"


def test_all_gates_must_pass() -> None:
    gates = (GATE, Gate("auc", "auc", "opacity", low=-0.001))
    found = judge(GatePlan(gates), {"opacity": sens(200, lost=1)})
    assert found.verdicts[0].word == "passed"
    assert not found.passed
    assert not judge(GatePlan(()), {"opacity": sens(200)}).passed


def test_looks_spend_alpha_and_never_more_than_all_of_it() -> None:
    assert [spent_at(look, 0.06) for look in (1, 2, 3)] == pytest.approx([0.03, 0.01, 0.005])
    assert sum(spent_at(look, 0.05) for look in range(1, 1000)) < 0.05
    first, second = (judged(sens(400, 3, 5), GATE, look=look).verdicts[0].measured for look in (1, 2))
    assert second.low < first.low
    for look, alpha in ((0, 0.05), (1, 0.0), (1, 0.5)):
        with pytest.raises(ValueError, match=f"look {look}"):
            spent_at(look, alpha)


def test_past_the_limit_of_looks_fresh_cases_are_needed() -> None:
    plan = GatePlan((GATE,), most_looks=2)
    assert judge(plan, {"opacity": sens(900)}, look=2).passed
    late = judge(plan, {"opacity": sens(900)}, look=3)
    assert late.fresh_cases_needed
    assert not late.passed
    assert late.verdicts[0].word == "passed"


def test_more_gates_ask_for_more_cases() -> None:
    alone = judged(sens(100, 5, 5), GATE).verdicts[0].needed
    gates = tuple(Gate(f"sens {n}", "sensitivity", "opacity", low=-0.05) for n in range(10))
    among = judge(GatePlan(gates), {"opacity": sens(100, 5, 5)}).verdicts[0].needed
    assert alone is not None
    assert among is not None
    assert among > 1.5 * alone


def test_a_copy_is_never_better() -> None:
    labels = [1] * 60 + [0] * 60
    generator = np.random.default_rng(0)
    scores = np.clip(generator.random(120) * 0.6 + 0.4 * np.array(labels), 0, 1)
    gates = (
        Gate("auc", "auc", "opacity", low=-0.05),
        GATE,
        Gate("spec", "specificity", "opacity", low=-0.05),
        Gate("refused", "refusal_rate", "opacity", high=0.02),
    )
    found = judge(GatePlan(gates), {"opacity": paired(labels, scores, scores)})
    assert not any(verdict.is_better for verdict in found.verdicts)


def test_better_is_an_interval_beyond_0() -> None:
    assert judged(sens(200, gained=30), GATE).verdicts[0].is_better
    fewer = paired([1, 0] * 100, [0.9, math.nan] * 100, [0.9, 0.1] * 100)
    assert judged(fewer, Gate("refused", "refusal_rate", "opacity", high=0.02)).verdicts[0].is_better


def test_a_range_has_two_ends() -> None:
    labels = np.concatenate([np.arange(2000) < 400, np.arange(2000) < 1600]).astype(float)
    right, timid = np.repeat([0.2, 0.8], 2000), np.repeat([0.35, 0.65], 2000)
    gate = Gate("slope", "calibration_slope", "opacity", 0.8, 1.25)
    assert word(paired(labels, right, right), gate) == "passed"
    assert word(paired(labels, right, timid), gate) == "failed"


def test_a_subgroup_is_judged_on_its_own_cases() -> None:
    mask = np.array(([True] * 100 + [False] * 100) * 2)
    outputs = sens(200, lost=60, subgroups={"women": mask, "men": ~mask})
    gates = tuple(Gate(name, "sensitivity", "opacity", low=-0.05, subgroup=name) for name in ("women", "men"))
    found = judge(GatePlan(gates), {"opacity": outputs})
    assert [(verdict.word, verdict.measured.n) for verdict in found.verdicts] == [("failed", 100), ("passed", 100)]


def parted(positives: int, negatives: int, **more: object) -> PairedOutputs:
    """A copy of a model that parts the classes."""
    scores = [0.9] * positives + [0.1] * negatives
    return paired([1] * positives + [0] * negatives, scores, scores, **more)  # type: ignore[arg-type]


AREA = Gate("auc", "auc", "opacity", low=-0.1)


def test_two_models_that_part_few_cases_are_not_passed() -> None:
    verdict = judged(parted(12, 12), AREA).verdicts[0]
    assert verdict.word == "not_enough_cases"
    assert verdict.needed is not None
    half = verdict.needed // 2 + 1
    assert word(parted(half, half), AREA, look=2) == "passed"


@pytest.mark.parametrize(("positives", "negatives"), [(9, 3000), (3000, 9)])
def test_below_ten_of_a_class_no_auc_is_decided(positives: int, negatives: int) -> None:
    gate = Gate("auc", "auc", "opacity", low=-0.3, subgroup="men")
    few = parted(positives, negatives, subgroups={"men": np.ones(positives + negatives, bool)})
    verdict = judged(few, gate).verdicts[0]
    assert (verdict.word, verdict.reason) == ("not_enough_cases", "fewer cases than its interval needs to hold")
    assert min(verdict.needed_positives or 0, verdict.needed_negatives or 0) >= 10
    assert word(parted(12, 3000), Gate("auc", "auc", "opacity", low=-0.3)) == "passed"
    wrong = paired([1] * 9 + [0] * 9, [0.9] * 9 + [0.1] * 9, [0.1] * 9 + [0.9] * 9)
    assert word(wrong, AREA) == "not_enough_cases"
    assert word(wrong, AREA, told={"auc": 9}, look=2) == "failed"


@pytest.mark.parametrize("margin", [0.05, 0.1])
def test_a_copy_passes_with_cases_enough(margin: float) -> None:
    found = judged(parted(30, 70), Gate("auc", "auc", "opacity", low=-margin))
    assert found.passed
    assert not found.verdicts[0].is_better


def test_one_class_alone_is_not_enough() -> None:
    outputs = paired([1] * 20, [0.5] * 20, [0.6] * 20)
    verdict = judged(outputs, Gate("auc", "auc", "opacity", low=-0.05)).verdicts[0]
    assert verdict.word == "not_enough_cases"
    assert verdict.needed is None


@pytest.mark.parametrize(
    ("gate", "sentence"),
    [
        (Gate("sens", "sensitivity", "effusion", low=-0.05), "no outputs of finding effusion; there are opacity"),
        (Gate("sens", "sensitivity", "opacity", low=-0.05, subgroup="men"), "no subgroup men; there are none"),
        (Gate("sens", "sensitivity", "opacity", low=0.05), "0 is not inside 0.05 to inf"),
    ],
)
def test_what_cannot_be_judged_is_named(gate: Gate, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        judged(sens(50), gate)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"labels": [1, 2]}, "neither 0, 1 nor unknown"),
        ({"weights": [1.0, 0.0]}, "weight is not a number above 0"),
        ({"candidate": [0.5, 1.5]}, "outside 0 to 1"),
        ({"candidate": answers([0.5])}, "candidate: scores has 1 values for 2 labels"),
    ],
)
def test_outputs_that_cannot_be_are_named(change: dict[str, object], sentence: str) -> None:
    given = {"labels": [1, 0], "served": [0.5, 0.5], "candidate": [0.5, 0.5], **change}
    with pytest.raises(ValueError, match=sentence):
        paired(**given)  # type: ignore[arg-type]
