"""Have the gates of a rehearsal teeth? 2,000 simulated rehearsals each at 100, 300 and 1,000 cases, all by `measures.gates.judge`.

One gate: a candidate that is worse by exactly the margin may pass in 5 % (alpha of all looks; the first spends half of it); an
equal one, judged again at the n that the page asked for, must pass in 80 %. A whole plan of five gates: equal, a copy, taught with
shuffled labels, worse in one half of the cases only. Every share with its Monte Carlo standard error.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.special import expit, logit

from benchmarks.machine import describe_machine, write_result
from benchmarks.simulated_rehearsals import Candidate, draw
from measures.gates.judge import judge
from measures.gates.outputs import ModelAnswers, paired_outputs
from measures.gates.plan import Gate, GatePlan, Judgement

RUNS, SIZES = 2000, (100, 300, 1000)
FEW_AUC, FEW_SIZES, MARGINS = 0.97, (20, 30, 50), (0.05, 0.1)
PARTED_SIZES, PARTED_EDGES, PARTED_MARGIN = (50, 100, 300, 1000), (0.01, 0.03, 0.2), 1.0
MOST_CASES = 50_000  # what a page may ask for before a simulation stops following it
FINDING = "opacity"

Single = tuple[Gate, Candidate, Candidate]
SINGLES: dict[str, Single] = {
    "AUC -.05": (Gate("auc", "auc", FINDING, low=-0.05), Candidate(auc_loss=0.05), Candidate()),
    "AUC -.05, 2 images a patient": (
        Gate("auc", "auc", FINDING, low=-0.05),
        Candidate(auc_loss=0.05, images_a_patient=2),
        Candidate(images_a_patient=2),
    ),
    "AUC -.05, enriched": (
        Gate("auc", "auc", FINDING, low=-0.05),
        Candidate(auc_loss=0.05, enriched=True),
        Candidate(enriched=True),
    ),
    "sensitivity -.10": (
        Gate("sens", "sensitivity", FINDING, low=-0.1),
        Candidate(sensitivity_loss=0.1),
        Candidate(),
    ),
    "specificity -.05": (
        Gate("spec", "specificity", FINDING, low=-0.05),
        Candidate(specificity_loss=0.05),
        Candidate(),
    ),
    "calibration slope .8 to 1.25": (
        Gate("slope", "calibration_slope", FINDING, 0.8, 1.25),
        Candidate(slope=0.8),
        Candidate(),
    ),
    "refusals +.02": (Gate("refusals", "refusal_rate", FINDING, high=0.02), Candidate(refusals=0.02), Candidate()),
}
GATES = (
    Gate("auc", "auc", FINDING, low=-0.05),
    Gate("sens", "sensitivity", FINDING, low=-0.1),
    Gate("spec", "specificity", FINDING, low=-0.05),
    Gate("auc a", "auc", FINDING, low=-0.05, subgroup="a"),
    Gate("auc b", "auc", FINDING, low=-0.05, subgroup="b"),
)
PLAN = GatePlan(GATES)
Stop = Callable[[Judgement], bool]


def share(values: list[bool]) -> dict[str, float]:
    """Share of the runs and its Monte Carlo standard error."""
    rate = float(np.mean(values))
    return {"share": rate, "standard_error": math.sqrt(max(rate * (1 - rate), 1 / len(values) ** 2) / len(values))}


def rehearse(plan: GatePlan, candidate: Candidate, n: int, generator: np.random.Generator, **how: Any) -> Judgement:
    """One simulated rehearsal of n cases."""
    return judge(plan, {FINDING: draw(candidate, n, generator)}, **how)


def asked_cases(judgement: Judgement, n: int) -> int:
    """How many cases in all the page asks for: the gate that needs most, in the mix that is there; 0 where it cannot say."""
    needed = [
        math.ceil(verdict.needed * n / max(1, verdict.measured.n)) if verdict.needed else 0
        for verdict in judgement.verdicts
    ]
    return 0 if 0 in needed else min(MOST_CASES, max(needed))


def both_looks(plan: GatePlan, candidate: Candidate, n: int, generator: np.random.Generator) -> tuple[Judgement, bool]:
    """The first look, and whether it passed in the end: after "not enough cases" a second look at as many fresh ones as asked."""
    first = rehearse(plan, candidate, n, generator)
    words = {verdict.word for verdict in first.verdicts}
    asked = asked_cases(first, n)
    if first.passed or "failed" in words or not asked:
        return first, first.passed
    told = {verdict.gate.key: asked for verdict in first.verdicts if verdict.word == "not_enough_cases"}
    return first, rehearse(plan, candidate, asked, generator, look=2, told=told).passed


def at_asked(plan: GatePlan, candidate: Candidate, n: int, runs: int, generator: np.random.Generator) -> dict[str, Any]:
    """The equal candidate, judged at what the page asked for after n cases."""
    at_first, passed, asked = [], [], []
    for _ in range(runs):
        first = rehearse(plan, candidate, n, generator)
        at_first.append(first.passed)
        cases = asked_cases(first, n)
        if cases:
            asked.append(cases)
            passed.append(rehearse(plan, candidate, max(cases, n), generator, look=2).passed)
    answers = {"asked_median": float(np.median(asked)), "could_ask": len(asked) / runs}
    return {"equal_passes_first": share(at_first), "equal_passes_at_asked": {**share(passed), **answers}}


def single_gate(name: str, n: int, runs: int, seed: int = 0) -> dict[str, Any]:
    """One gate at its margin and at equality."""
    gate, worse, equal = SINGLES[name]
    plan, generator = GatePlan((gate,)), np.random.default_rng(seed)
    looks = [both_looks(plan, worse, n, generator) for _ in range(runs)]
    return {
        "worse_passes_first": share([first.passed for first, _ in looks]),
        "worse_passes_at_last": share([passed for _, passed in looks]),
        **at_asked(plan, equal, n, runs, generator),
    }


def few_cases(n: int, margin: float, runs: int, seed: int = 0) -> dict[str, dict[str, float]]:
    """AUC .97 and few cases, .3 of them with the finding: the models often part them perfectly. First look."""
    plan, generator = GatePlan((Gate("auc", "auc", FINDING, low=-margin),)), np.random.default_rng(seed)

    def passes(candidate: Candidate) -> dict[str, float]:
        return share([rehearse(plan, candidate, n, generator).passed for _ in range(runs)])

    return {
        "worse_passes_first": passes(Candidate(auc=FEW_AUC, auc_loss=margin)),
        "equal_passes_first": passes(Candidate(auc=FEW_AUC)),
    }


def whole_plan(n: int, runs: int, seed: int = 0) -> dict[str, Any]:
    """Five gates on candidates that a gate must not let through, and on an equal one."""
    generator = np.random.default_rng(seed)

    def runs_of(candidate: Candidate) -> list[Judgement]:
        return [rehearse(PLAN, candidate, n, generator) for _ in range(runs)]

    copies, subgroup = runs_of(Candidate(copies=True)), runs_of(Candidate(auc_loss=0.1, loss_in="a"))
    return {
        "copy_called_better": share([any(verdict.is_better for verdict in run.verdicts) for run in copies]),
        "copy_passes": share([run.passed for run in copies]),
        "shuffled_passes": share([run.passed for run in runs_of(Candidate(shuffled=True))]),
        "subgroup_worse_stopped": share([not run.passed for run in subgroup]),
        "subgroup_worse_named": share([run.verdicts[3].word == "failed" for run in subgroup]),
        "other_half_named": share([run.verdicts[4].word == "failed" for run in subgroup]),
        **at_asked(PLAN, Candidate(), n, runs, generator),
    }


def parted_scores(n: int, edge: float, runs: int, seed: int = 0) -> dict[str, dict[str, float]]:
    """Calibration intercept within 1 of 0; the candidate says `edge` or 1 - edge, each of half of the cases. First look; worse: off
    by the margin, to either side in turn."""
    plan = GatePlan((Gate("i", "calibration_intercept", FINDING, -PARTED_MARGIN, PARTED_MARGIN),))
    generator, scores = np.random.default_rng(seed), np.where(np.arange(n) % 2 == 0, edge, 1 - edge)
    answers = ModelAnswers(scores, scores > 0.5, np.full(n, np.nan), np.ones(n))

    def passes(off: float, run: int) -> bool:
        labels = (generator.random(n) < expit(logit(scores) + off * (-1) ** run)).astype(float)
        return judge(plan, {FINDING: paired_outputs(labels, answers, answers)}).passed

    return {
        "worse_passes_first": share([passes(PARTED_MARGIN, run) for run in range(runs)]),
        "equal_passes_first": share([passes(0.0, run) for run in range(runs)]),
    }


def run_parted(runs: int) -> dict[str, Any]:
    """Every cell of `parted_scores`, printed."""
    cells = {}
    for edge in PARTED_EDGES:
        for n in PARTED_SIZES:
            name = f"intercept +-{PARTED_MARGIN:g}, numbers {edge:g} and {1 - edge:g}, n {n}"
            cells[name] = entry = parted_scores(n, edge, runs)
            print(f"{name}: {_line(entry)}", flush=True)
    return cells


def run_few(runs: int) -> dict[str, Any]:
    """Every cell of `few_cases`, printed."""
    cells = {}
    for margin in MARGINS:
        for n in FEW_SIZES:
            cells[f"AUC -{margin:g} of {FEW_AUC:g}, n {n}"] = entry = few_cases(n, margin, runs)
            print(f"AUC -{margin:g} of {FEW_AUC:g}, n {n}: {_line(entry)}", flush=True)
    return cells


def main() -> None:
    """Print and keep the shares."""
    start = time.process_time()
    found: dict[str, Any] = {"machine": describe_machine(), "runs": RUNS, "single": {}, "plan": {}}
    for name in SINGLES:
        for n in SIZES:
            found["single"][f"{name}, n {n}"] = entry = single_gate(name, n, RUNS)
            print(f"{name}, n {n}: {_line(entry)}", flush=True)
    found["few"] = run_few(RUNS)
    found["parted"] = run_parted(RUNS)
    for n in SIZES:
        found["plan"][f"n {n}"] = entry = whole_plan(n, RUNS)
        print(f"five gates, n {n}: {_line(entry)}", flush=True)
    found["processor_seconds"] = round(time.process_time() - start)
    print(f"{RUNS} rehearsals each, {found['processor_seconds']} s of processor time")
    write_result("gate_teeth", found)


def _line(entry: dict[str, dict[str, float]]) -> str:
    parts = []
    for name, value in entry.items():
        text = f"{name.replace('_', ' ')} {value['share']:.3f} (se {value['standard_error']:.3f})"
        parts.append(text + (f" at {value['asked_median']:.0f} cases" if "asked_median" in value else ""))
    return "; ".join(parts)


if __name__ == "__main__":
    main()
