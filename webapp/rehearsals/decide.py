"""The verdict of a rehearsal, once all outputs are there."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from measures.gates.judge import judge
from measures.gates.outputs import PairedOutputs
from measures.gates.plan import Judgement, Verdict
from reader_study.patient_key import patient_key
from webapp import audit
from webapp.archive.models import Image
from webapp.change_plans.propose_plan import require_whole
from webapp.change_plans.reference_labels import ReferenceLabel
from webapp.change_plans.reference_sets import count_look, require_whole_set
from webapp.change_plans.two_persons import require_hash
from webapp.rehearsals.gates_of_plan import ALL_IMAGES, gate_plan
from webapp.rehearsals.models import Rehearsal, RehearsalVerdict
from webapp.rehearsals.paired import outputs_by_finding
from webapp.rehearsals.peak_memory import peak_bytes
from webapp.retraining.trained_on import taught, trained_images

BINS = 10


@dataclass(frozen=True)
class Judged:
    """What is stored of it. look: the number of this look at the reference set."""

    look: int
    passed: bool
    report: dict[str, Any]


def judged(rehearsal: Rehearsal, labels: Sequence[ReferenceLabel]) -> Judged:
    """Counts the look, then judges. A turn that was killed in between counts the same look again.

    Raises PlanRefused, before a look is counted, where plan or set are not as they were when the rehearsal was asked for.
    """
    require_as_asked(rehearsal)
    labels, left_out = without_learnt(rehearsal, labels)
    body = rehearsal.plan.body_model()
    peaks = (peak_bytes(rehearsal.in_service_id), peak_bytes(rehearsal.candidate_id))
    outputs, images = outputs_by_finding(rehearsal, labels, body.findings, peaks)
    why = f"{rehearsal.code}, candidate {rehearsal.candidate_id[:12]}"
    look = count_look(rehearsal.reference_set, rehearsal.created_by, why, str(rehearsal.pk)).number
    judgement = judge(gate_plan(body, outputs), outputs, look, told_before(rehearsal))
    own = {finding: outputs[finding] for finding in body.findings}
    report = {
        "gates": [gate_document(verdict) for verdict in judgement.verdicts],
        "fresh_cases_needed": judgement.fresh_cases_needed,
        "is_rate": all(label.is_rate for label in labels),
        "flips": {finding: flips(paired) for finding, paired in own.items()},
        "reliability": {finding: _reliability(paired) for finding, paired in own.items()},
        "misses": [miss for finding, paired in own.items() for miss in _misses(finding, paired, images[finding])],
        "changes": {finding: changes(paired) for finding, paired in own.items()},
        "images": len(images[ALL_IMAGES]),
        "left_out": left_out,
    }
    return Judged(look, judgement.passed, {**report, **_in_all(judgement)})


def without_learnt(
    rehearsal: Rehearsal, labels: Sequence[ReferenceLabel]
) -> tuple[list[ReferenceLabel], dict[str, Any]]:
    """Without images of patients whom the candidate learnt from; how many these are, and what of its training is not known."""
    images = {label.image.pk: label.image for label in labels}
    learnt = trained_images(rehearsal.candidate_id, images.values())
    patients = {patient_key(images[key]) for key in learnt}
    gaps = list(taught(rehearsal.candidate_id).gaps)
    kept = [label for label in labels if label.image.pk not in learnt]
    return kept, {"images": len(learnt), "patients": len(patients), "gaps": gaps}


def require_as_asked(rehearsal: Rehearsal) -> None:
    """Raises PlanRefused where the stored plan or set gives another hash than the rehearsal was asked for with."""
    plan, made = rehearsal.plan, rehearsal.reference_set
    require_whole(plan)
    require_whole_set(made)
    for row, asked in ((plan, rehearsal.plan_sha256), (made, rehearsal.reference_sha256)):
        require_hash(row, row.code, asked)


def store_verdict(rehearsal: Rehearsal, found: Judged) -> None:
    """In the transaction that ends the job."""
    RehearsalVerdict(
        rehearsal=rehearsal, look=found.look, passed=found.passed, report=found.report,
        plan_sha256=rehearsal.plan.sha256, reference_sha256=rehearsal.reference_set.sha256,
    ).save()  # fmt: skip
    verdict = "passed" if found.passed else "not passed"
    audit.record(
        None, "rehearsal.verdict", f"bundle:{rehearsal.candidate_id}", number=rehearsal.number, verdict=verdict
    )


def told_before(rehearsal: Rehearsal) -> dict[str, int]:
    """Gates of which this candidate was told "not enough cases" under this plan, with the number it was told."""
    earlier = RehearsalVerdict.objects.filter(
        rehearsal__plan=rehearsal.plan_id,  # type: ignore[attr-defined]
        rehearsal__candidate_id=rehearsal.candidate_id,
    ).exclude(rehearsal=rehearsal)
    gates = [gate for row in earlier for gate in row.report["gates"]]
    return {gate["key"]: gate["needed"] or 0 for gate in gates if gate["verdict"] == "not_enough_cases"}


def gate_document(verdict: Verdict) -> dict[str, Any]:
    """JSON-ready; what is not defined is null."""
    gate, measured = verdict.gate, verdict.measured
    names = ("value", "low", "high", "candidate", "in_service", "p")
    return {
        "key": gate.key,
        "kind": gate.kind,
        "finding": gate.finding,
        "subgroup": gate.subgroup,
        "allowed": [_number(gate.low), _number(gate.high)],
        **{name: _number(getattr(measured, name)) for name in names},
        **{name: getattr(measured, name) for name in ("n", "positives", "negatives", "patients", "method")},
        "confidence": verdict.confidence,
        "verdict": verdict.word,
        "reason": verdict.reason,
        "needed": verdict.needed,
        "needed_positives": verdict.needed_positives,
        "needed_negatives": verdict.needed_negatives,
        "is_better": verdict.is_better,
    }


def flips(paired: PairedOutputs) -> dict[str, int]:
    """Calls that differ, by truth; cases unweighted. A refused case is not flagged."""
    served, candidate = paired.in_service.flagged, paired.candidate.flagged
    with_it = paired.labels == 1
    return {
        "found_newly": int((with_it & candidate & ~served).sum()),
        "missed_newly": int((with_it & served & ~candidate).sum()),
        "cleared_newly": int((~with_it & served & ~candidate).sum()),
        "flagged_newly": int((~with_it & candidate & ~served).sum()),
        "same": int((served == candidate).sum()),
    }


def changes(paired: PairedOutputs) -> dict[str, int]:
    """Failures fixed, new and retained, and what stays right; cases unweighted. A refused case is neither found nor cleared."""
    truth = paired.labels == 1
    before, after = (~answers.refused & (answers.flagged == truth) for answers in (paired.in_service, paired.candidate))
    return {
        "fixed": int((~before & after).sum()),
        "new": int((before & ~after).sum()),
        "retained": int((~before & ~after).sum()),
        "kept": int((before & after).sum()),
    }


def _reliability(paired: PairedOutputs) -> dict[str, list[list[float]]]:
    """Of either model up to ten groups of about equally many answered cases by rising number: [mean number, share, cases]."""
    found = {}
    for name, answers in (("in_service", paired.in_service), ("candidate", paired.candidate)):
        order = np.argsort(answers.scores[~answers.refused], kind="stable")
        scores, labels, weights = (
            own[~answers.refused][order] for own in (answers.scores, paired.labels, paired.weights)
        )
        groups = [part for part in np.array_split(np.arange(len(order)), BINS) if len(part)]
        found[name] = [
            [
                round(float(np.average(scores[part], weights=weights[part])), 6),
                round(float(np.average(labels[part], weights=weights[part])), 6),
                len(part),
            ]
            for part in groups
        ]
    return found


def _misses(finding: str, paired: PairedOutputs, images: Sequence[Image]) -> list[dict[str, Any]]:
    """Found by the model in service, and not by the candidate."""
    newly = (paired.labels == 1) & paired.in_service.flagged & ~paired.candidate.flagged
    places = [int(place) for place in np.flatnonzero(newly)]
    return [
        {
            "image": str(images[place].pk),
            "finding": finding,
            "in_service": _number(float(paired.in_service.scores[place])),
            "candidate": _number(float(paired.candidate.scores[place])),
        }
        for place in places
    ]


def _in_all(judgement: Judgement) -> Mapping[str, Any]:
    words = [verdict.word for verdict in judgement.verdicts]
    return {
        "look": judgement.look,
        "alpha": judgement.alpha,
        "counts": {word: words.count(word) for word in set(words)},
    }


def _number(value: float | None) -> float | None:
    return float(f"{value:.6g}") if value is not None and math.isfinite(value) else None
