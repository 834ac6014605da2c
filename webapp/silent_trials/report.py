"""What came of a silent trial: computed once, after its end, from the images that came until then."""

import logging
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from django.db import transaction
from django.utils import timezone
from numpy.typing import NDArray

from webapp.archive.models import Image
from webapp.change_plans.subgroups import SUBGROUPS
from webapp.silent_trials.first_labels import FirstLabel, first_labels
from webapp.silent_trials.models import SilentReport, SilentTrial
from webapp.silent_trials.pairs import CONFIDENCE, SIDES, Flags, Pair, pairs_of, patients_of, refusals, share, speed

logger = logging.getLogger(__name__)


def _hour(image: Image) -> str:
    return f"{timezone.localtime(image.created_at).hour:02} h"


# Kind of slice -> (title, value of an image).
SLICES: dict[str, tuple[str, Callable[[Image], str]]] = {
    "view": ("View", SUBGROUPS["view"].value),
    "maker": ("Maker", SUBGROUPS["maker"].value),
    "hour": ("Hour of arrival, UTC", _hour),
}


def write_reports() -> None:
    """Of trials that ended without one. Called by workers every few seconds."""
    for trial in SilentTrial.objects.filter(end__isnull=False, report=None).select_related("plan", "project", "end"):
        try:
            write_report(trial)
        except Exception:
            logger.exception("the report of %s is not written", trial.code)


def write_report(trial: SilentTrial) -> None:
    """Once; of two workers one writes."""
    found = report_of(trial)
    with transaction.atomic():
        SilentTrial.objects.select_for_update().get(pk=trial.pk)
        if not SilentReport.objects.filter(trial=trial).exists():
            SilentReport(trial=trial, report=found).save()


def progress_of(trial: SilentTrial) -> dict[str, Any]:
    """What may be told while it runs: how many, refusals, speed. No score and no call."""
    pairs = pairs_of(trial)
    return {"images": len(pairs), "refusals": refusals(pairs, patients_of(pairs)), "speed": speed(pairs)}


def report_of(trial: SilentTrial) -> dict[str, Any]:
    """All figures. A slice with fewer images than the plan's least number has its n and no figure."""
    pairs, findings = pairs_of(trial), trial.plan.body_model().findings
    patients = patients_of(pairs)
    labels = first_labels(trial, findings)
    return {
        "images": len(pairs),
        "not_run": trial.cases.filter(answer=None).count(),  # type: ignore[attr-defined]
        "confidence": CONFIDENCE,
        "least": least_in_slice(trial),
        "refusals": refusals(pairs, patients),
        "speed": speed(pairs),
        "findings": {finding: _finding(pairs, patients, finding, least_in_slice(trial)) for finding in findings},
        "accuracy": {finding: _accuracy(pairs, labels.get(finding, {}), finding) for finding in findings},
    }


def least_in_slice(trial: SilentTrial) -> int:
    """Of the trial's own rule, else of the plan's subgroups."""
    body = trial.plan.body_model()
    own = body.silent_trial.least_in_slice if body.silent_trial else None
    return own or int(body.least.in_subgroup)


def _finding(pairs: Sequence[Pair], patients: NDArray[np.intp], finding: str, least: int) -> dict[str, Any]:
    """Of images to which both gave a number, overall and by slice."""
    kept = np.array([pair.is_answered(finding) for pair in pairs], bool)
    both = [pair for pair, is_kept in zip(pairs, kept, strict=True) if is_kept]
    calls: dict[str, Flags] = {side: np.array([pair.flagged(side, finding) for pair in both], bool) for side in SIDES}
    own = patients[kept]
    slices = {}
    for kind, (_, value) in SLICES.items():
        members: dict[str, list[int]] = defaultdict(list)
        for place, pair in enumerate(both):
            members[value(pair.image)].append(place)
        slices[kind] = [
            {"name": name, **_agreement(calls, own, np.array(places), least)}
            for name, places in sorted(members.items())
        ]
    return {**_agreement(calls, own, np.arange(len(both)), 1), "slices": slices}


def _agreement(calls: Mapping[str, Flags], patients: NDArray[np.intp], places: Any, least: int) -> dict[str, Any]:
    """same: share of equal calls; flagged_newly, cleared_newly: shares that the candidate alone, or the model in service alone,
    flags. Fewer than least: n, and no figure."""
    served, candidate = calls["in_service"][places], calls["candidate"][places]
    hits = {
        "same": served == candidate,
        "flagged_newly": candidate & ~served,
        "cleared_newly": served & ~candidate,
    }
    n = len(places)
    if n < least:
        return {"n": n, **{name: {**share(own[:0], patients[:0]), "n": n, "count": None} for name, own in hits.items()}}
    return {"n": n, **{name: {**share(own, patients[places]), "count": int(own.sum())} for name, own in hits.items()}}


def _accuracy(pairs: Sequence[Pair], labels: Mapping[Any, FirstLabel], finding: str) -> dict[str, Any]:
    """Of images with a label from before the model, weighted by the inverse chance of their draw; a refusal is a wrong answer."""
    both = [pair for pair in pairs if pair.image.pk in labels]
    own = [labels[pair.image.pk] for pair in both]
    values, weights = np.array([label.value for label in own]), np.array([label.weight for label in own], float)
    patients = patients_of(both)
    found: dict[str, Any] = {"labels": len(both), "positives": int((values == 1).sum())}
    for side in SIDES:
        flagged = np.array([pair.flagged(side, finding) for pair in both], bool)
        answered = np.array([finding in pair.of(side).findings for pair in both], bool)
        with_it, without = values == 1, values == 0
        found[side] = {
            "sensitivity": share(flagged[with_it], patients[with_it], weights[with_it]),
            "specificity": share((answered & ~flagged)[without], patients[without], weights[without]),
            "accuracy": share(np.where(with_it, flagged, answered & ~flagged), patients, weights),
        }
    return found
