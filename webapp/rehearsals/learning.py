"""What a candidate learnt, what it forgot, and how far it stays behind a model refitted on the data of now."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from measures.gates.tango import tango_interval
from measures.wilson import wilson_interval
from webapp.change_plans.reference_labels import reference_labels
from webapp.rehearsals.models import CaseOutput, Rehearsal
from webapp.rehearsals.replay_report import FRESH, LEARNT, said
from webapp.retraining.models import RetrainingRun
from webapp.retraining.trained_on import trained_images

NEW_WEIGHTS = "new weights"
MOST = 20  # rehearsals that the table shows


@dataclass(frozen=True)
class Share:
    """A share of n calls (one image and finding), or a difference of two such shares, with its 95 % interval; n 0: nothing said."""

    n: int
    value: float = 0.0
    low: float = 0.0
    high: float = 0.0


@dataclass(frozen=True)
class Learning:
    """learning: of the failures of the model in service, those that the candidate gets right. told: the same of failures that it
    was trained on. retention_loss: of what the model in service gets right, what the candidate gets wrong. potential: share right
    of a refitted model less that of the candidate, on the same reference images; why_none: where there is none."""

    learning: Share
    told: Share
    retention_loss: Share
    potential: Share | None
    why_none: str = ""
    refit: str = ""


def learning_of(rehearsal: Rehearsal, is_replay_told: bool) -> Learning:
    """Of a rehearsal with a verdict. is_replay_told: whether the reviewed cases may be told to who asks."""
    fresh = [*rehearsal.verdict.report.get("changes", {}).values()]  # type: ignore[attr-defined]
    replay = rehearsal.replays.first() if is_replay_told else None  # type: ignore[attr-defined]
    told: dict[str, int] = {}
    if replay is not None:
        fresh.append(replay.report["changes"][FRESH])
        told = replay.report["changes"][LEARNT]
    total = {name: sum(one[name] for one in fresh) for name in ("fixed", "new", "retained", "kept")}
    potential, why_none, refit = _potential(rehearsal)
    return Learning(
        _share(total["fixed"], total["fixed"] + total["retained"]),
        _share(told.get("fixed", 0), told.get("fixed", 0) + told.get("retained", 0)),
        _share(total["new"], total["new"] + total["kept"]),
        potential,
        why_none,
        refit,
    )


def _share(count: int, n: int) -> Share:
    return Share(n, count / n, *wilson_interval(count, n)) if n else Share(0)


def _potential(rehearsal: Rehearsal) -> tuple[Share | None, str, str]:
    """(difference, why there is none, code of the refit's rehearsal)."""
    other = refit_of(rehearsal)
    if other is None:
        return None, "no refit to compare with", ""
    if other == rehearsal:
        return None, "it is the refit itself", ""
    return _difference(rehearsal, other), "", other.code


def refit_of(rehearsal: Rehearsal) -> Rehearsal | None:
    """The newest rehearsal on the same reference set, this one or a later one, of a bundle that a retraining of the project made
    with new weights from reviewed cases."""
    runs = RetrainingRun.objects.filter(
        retraining__project=rehearsal.project_id,  # type: ignore[attr-defined]
        retraining__takes_reviewed=True,
        bundle__isnull=False,
    )
    refits = {run.bundle_id for run in runs if run.data_card.get("starts_with") == NEW_WEIGHTS}  # type: ignore[attr-defined]
    rows = Rehearsal.objects.filter(
        reference_set=rehearsal.reference_set_id,  # type: ignore[attr-defined]
        candidate_id__in=refits,
        verdict__isnull=False,
        number__gte=rehearsal.number,
    )
    found: Rehearsal | None = rows.first()
    return found


def _difference(rehearsal: Rehearsal, other: Rehearsal) -> Share:
    """Share right of the refit less that of the candidate, of reference labels that neither learnt from; Tango's interval."""
    labels = reference_labels(rehearsal.reference_set)
    images = {label.image.pk: label.image for label in labels}.values()
    learnt = {key for one in (rehearsal, other) for key in trained_images(one.candidate_id, images)}
    rows = [_of_candidate(one) for one in (rehearsal, other)]
    findings = set(rehearsal.plan.body_model().findings)
    pairs = [
        tuple(said(own[label.image.pk], label.finding).is_right(label.label) for own in rows)
        for label in labels
        if label.finding in findings and label.image.pk not in learnt and all(label.image.pk in own for own in rows)
    ]
    if not pairs:
        return Share(0)
    gained, lost = pairs.count((False, True)), pairs.count((True, False))
    return Share(len(pairs), (gained - lost) / len(pairs), *tango_interval(gained, lost, len(pairs)))


def _of_candidate(rehearsal: Rehearsal) -> Mapping[Any, CaseOutput]:
    return {row.image_id: row for row in rehearsal.outputs.filter(bundle_id=rehearsal.candidate_id)}  # type: ignore[attr-defined]
