"""The verdicts of a rehearsal: a pure function of the plan and of what two models said."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from measures.gates import auc_difference, cost_ratio, recalibration, share_difference
from measures.gates.interval import Measured, Question
from measures.gates.looks import spent_at
from measures.gates.outputs import PairedOutputs
from measures.gates.plan import Gate, GatePlan, Judgement, Kind, Told, Verdict, Word

MEASURES: Mapping[Kind, tuple[Callable[[PairedOutputs, Question], Measured], float]] = {
    "auc": (auc_difference.measure, 0.0),
    "sensitivity": (share_difference.sensitivity, 0.0),
    "specificity": (share_difference.specificity, 0.0),
    "calibration_slope": (recalibration.slope, 1.0),
    "calibration_intercept": (recalibration.intercept, 0.0),
    "map_pointing": (share_difference.map_pointing, 0.0),
    "refusal_rate": (share_difference.refusal_rate, 0.0),
    "latency": (cost_ratio.latency, 1.0),
    "memory": (cost_ratio.memory, 1.0),
}
"""Kind to its measure and the figure of a candidate that is as good as the model in service, or rightly calibrated."""


def judge(plan: GatePlan, outputs: Mapping[str, PairedOutputs], look: int = 1, told: Told | None = None) -> Judgement:
    """The verdict of each gate at the look-th look at these cases.

    Passed: the interval of confidence 1 - 2 alpha lies inside [low, high] and the least numbers are there: one test at alpha, two
    one-sided ones where both ends count. All gates must pass, so none needs a share of alpha (Berger, Technometrics 1982), and the
    chance to miss an equal candidate, 1 - power, is shared by the gates. Looks spend alpha (`looks.spent_at`).
    Otherwise not enough cases: fewer than the plan's least, or fewer than give that power at the observed spread, unless the whole
    interval lies outside. It is said once: a gate in `told` is passed or failed.
    Raises ValueError for a gate whose range holds not its ideal figure, or whose finding or subgroup the outputs lack.
    """
    gates, told = plan.gates, told or {}
    alpha, coming = spent_at(look, plan.alpha), spent_at(look + 1, plan.alpha)
    beta = (1 - plan.power) / max(1, len(gates))
    verdicts = []
    for gate in gates:
        measure, ideal = MEASURES[gate.kind]
        question = Question(gate.low, gate.high, ideal, alpha, coming, beta)
        if not gate.low < ideal < gate.high:
            raise ValueError(f"gate {gate.key}: {ideal:g} is not inside {gate.low:g} to {gate.high:g}")
        verdicts.append(_verdict(gate, measure(_cases(gate, outputs), question), alpha, gate.key in told))
    return Judgement(tuple(verdicts), look, alpha, look > plan.most_looks)


def _cases(gate: Gate, outputs: Mapping[str, PairedOutputs]) -> PairedOutputs:
    if gate.finding not in outputs:
        raise ValueError(f"gate {gate.key}: no outputs of finding {gate.finding}; there are {', '.join(outputs)}")
    found = outputs[gate.finding]
    if gate.subgroup is None:
        return found
    if gate.subgroup not in found.subgroups:
        names = ", ".join(found.subgroups) or "none"
        raise ValueError(f"gate {gate.key}: no subgroup {gate.subgroup}; there are {names}")
    return found.of(found.subgroups[gate.subgroup])


def _verdict(gate: Gate, measured: Measured, alpha: float, was_told: bool) -> Verdict:
    word, reason = _word(gate, measured, was_told)
    needed = _needed(gate, measured)
    return Verdict(gate, word, measured, 1 - 2 * alpha, *needed, reason)


def _word(gate: Gate, measured: Measured, was_told: bool) -> tuple[Word, str]:
    undecided = measured.short > 1
    too_few = undecided or any(count < least for count, least in _least(gate, measured))
    inside = gate.low < measured.low and measured.high < gate.high  # False where NaN
    if inside and not too_few:
        return "passed", "the interval lies inside the margin"
    if not undecided and (measured.low > gate.high or measured.high < gate.low):
        return "failed", "the interval lies outside the margin"
    if was_told:
        return "failed", "the interval reaches beyond the margin, and not enough cases was said once before"
    if undecided:
        return "not_enough_cases", "fewer cases than its interval needs to hold"
    if too_few:
        return "not_enough_cases", "fewer cases than the plan's least number"
    if math.isnan(measured.value):
        return "not_enough_cases", "too few cases to measure it"
    if measured.now > 1:
        return "not_enough_cases", "an equal candidate would pass too rarely with so few cases"
    return "failed", "the interval reaches beyond the margin, with cases enough"


def _least(gate: Gate, measured: Measured) -> tuple[tuple[int, int], ...]:
    """(There are, at least) of all cases, positives and negatives, as far as the figure rests on them."""
    rests_on = {"sensitivity": (0, 1), "map_pointing": (0, 1), "specificity": (0, 2)}.get(gate.kind, (0, 1, 2))
    pairs = (
        (measured.n, gate.least_cases),
        (measured.positives, gate.least_positives),
        (measured.negatives, gate.least_negatives),
    )
    return tuple(pairs[place] for place in rests_on)


def _needed(gate: Gate, measured: Measured) -> tuple[int | None, int | None, int | None]:
    """Cases, positives, negatives: in the mix that is there, and none below its least number. None without a spread to go by.

    A class that the gate requires and that is absent: its least number, and of all cases None, for there is no mix to go by.
    """
    if not math.isfinite(measured.later) or not measured.n:
        return None, None, None
    counts, least = (measured.n, measured.positives, measured.negatives), _least(gate, measured)
    times = max([measured.later, measured.short, *(number / count for count, number in least if count)])
    needed = [math.ceil(times * count) for count in counts]
    if any(number and not count for count, number in least):
        return None, needed[1] if counts[1] else gate.least_positives, needed[2] if counts[2] else gate.least_negatives
    return needed[0], needed[1], needed[2]
