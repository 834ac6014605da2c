"""A failure-mode study's cases: the false positives and false negatives of one bundle at an operating point."""

import math
import random
from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.db import transaction

from reader_study import policy
from reader_study.allocation import AllocationRefused, CaseSlot, Placement, ReaderSlot
from reader_study.analysis.matching import hit_rule
from reader_study.models import Case, FailureItem, Study, Truth
from reader_study.refusal import StudyRefused, require
from reader_study.services.choose_cases import add_cases
from reader_study.services.own_assignment import study_body
from reader_study.truth_regions import region
from webapp import audit
from webapp.accounts.models import User
from webapp.archive.models import Image
from webapp.reveal.canonical_json import sha256_of
from webapp.reveal.embargoed import not_under_embargo
from webapp.reveal.shown_output import newest_result

CODING_ARM = "CODING"
HIT = "centre"  # paper 001: a box counts when its centre lies in a true box


@transaction.atomic
def collect_failures(user: User, study: Study, truth_study: Study | None = None) -> dict[str, Any]:
    """Compares predictions with truth and keeps each failure as an item of a case.

    Truth: the frozen truths of `truth_study`, of which the person is a member and which is locked; else the truths imported into
    this study. Cases without a failure that came only from `truth_study` are never added. Images under embargo for `user` are
    left out: a failure tells what the model said. Raises StudyRefused.
    """
    require(policy.may_edit_draft(user, study))
    if study.kind != Study.Kind.FAILURE_MODE:
        raise StudyRefused("wrong_kind", "Failures are collected in a failure-mode study only.")
    plan = study_body(study)["failure"]
    source = truth_study or study
    if truth_study is not None:
        require(policy.may_see_results(user, truth_study))
    counts: Counter[str] = Counter()
    for image, truths in _truths_by_image(user, source).items():
        found = _failures(image, truths, plan)
        case = study.cases.filter(image=image, voided_at=None).first()
        if found and case is None:
            case = add_cases(user, study, [image])[0]
        for item in found:
            if case is not None and not _is_known(case, item):
                FailureItem(case=case, created_by=user, **item).save()
            counts[item["outcome"]] += 1
    audit.record(user, "study.collect_failures", f"study:{study.pk}", purpose="reader study", counts=dict(counts))
    items = FailureItem.objects.filter(case__study=study, case__voided_at=None)
    return {
        "cases": items.values("case").distinct().count(),
        "items": items.count(),
        "counts": dict(sorted(counts.items())),
    }


def _is_known(case: Case, item: dict[str, Any]) -> bool:
    names = ("bundle_id", "finding", "outcome")
    return case.failure_items.filter(**{name: item[name] for name in names}).exists()


def _truths_by_image(user: User, source: Study) -> dict[Image, list[Truth]]:
    rows = Truth.objects.filter(case__study=source, case__voided_at=None, status__in=("0", "1"))
    rows = not_under_embargo(rows, user, "case__image")
    newest: dict[tuple[Any, str], Truth] = {}
    for truth in rows.select_related("case__image").prefetch_related("regions").order_by("version"):
        newest[truth.case_id, truth.finding] = truth
    found: dict[Image, list[Truth]] = {}
    for truth in newest.values():
        found.setdefault(truth.case.image, []).append(truth)
    return found


def _failures(image: Image, truths: list[Truth], plan: dict[str, Any]) -> list[dict[str, Any]]:
    result = newest_result(image, plan["bundle_id"])
    if result is None:
        return []
    rows = {row["key"]: row for row in result.document.get("findings", [])}
    found = []
    for truth in truths:
        row = rows.get(truth.finding)
        if (
            row is None
            or row.get("probability") is None
            or (plan["findings"] and truth.finding not in plan["findings"])
        ):
            continue
        threshold = plan["thresholds"].get(truth.finding, (row.get("operating_point") or {}).get("threshold"))
        if threshold is None:
            continue
        point = _point(row, is_planned=truth.finding in plan["thresholds"])
        found += [
            {**item, **point}
            for item in judge(row, float(threshold), truth, image.columns)
            if item["outcome"] in plan["outcomes"]
        ]
    return [{"bundle_id": plan["bundle_id"], **item} for item in found]


def _point(row: dict[str, Any], *, is_planned: bool) -> dict[str, Any]:
    """Whose threshold decides, and the version at which the result's own word was said."""
    version = (row.get("operating_point") or {}).get("project_version")
    given = FailureItem.PointOf.BUNDLE if version is None else FailureItem.PointOf.PROJECT
    return {"point_of": FailureItem.PointOf.PROTOCOL if is_planned else given, "point_version": version}


def judge(row: dict[str, Any], threshold: float, truth: Truth, columns: int) -> list[dict[str, Any]]:
    """Failures of one finding: FP and FN_IMG by the image's score, FN_LOC where no predicted box hits a true one, FP_LOC
    where further boxes hit none."""
    is_called, is_present = row["probability"] >= threshold, truth.status == "1"
    predicted = predicted_boxes(row)
    true = [{"x": one.x, "y": one.y, "w": one.w, "h": one.h} for one in truth.regions.all()]
    base = {
        "finding": truth.finding, "probability": float(row["probability"]), "threshold": threshold,
        "predicted_boxes": predicted, "truth_boxes": true,
    }  # fmt: skip
    if is_called and not is_present:
        return [{**base, "outcome": "FP"}]
    if is_present and not is_called:
        return [{**base, "outcome": "FN_IMG"}]
    if not is_present or not true or not predicted:
        return []
    hits = hit_rule(HIT)
    is_hit = [any(hits(region(box), region(lesion)) is not None for lesion in true) for box in predicted]
    if not any(is_hit):
        return [{**base, "outcome": "FN_LOC", **_distance(predicted[0], true, columns)}]
    return (
        [
            {
                **base,
                "outcome": "FP_LOC",
                "predicted_boxes": [b for b, hit in zip(predicted, is_hit, strict=True) if not hit],
            }
        ]
        if not all(is_hit)
        else []
    )


def predicted_boxes(row: dict[str, Any]) -> list[dict[str, float]]:
    """Where the model points, as its readers are shown it: the connected components of the first map that has any. Boxes of
    other rules (95 % of the mass, a fixed square) measure a map; they are not places that the model names."""
    components = [box for box in row.get("boxes") or [] if box.get("rule", "component") == "component"]
    first = components[0].get("map") if components else None
    return [{side: float(box[side]) for side in "xywh"} for box in components if box.get("map") == first]


def _distance(box: dict[str, float], true: list[dict[str, float]], columns: int) -> dict[str, Any]:
    """The missed region nearest to the first predicted box, and the distance of their centres."""
    centre = region(box).centre
    nearest = min(true, key=lambda one: math.dist(centre, region(one).centre))
    pixels = math.dist(centre, region(nearest).centre)
    return {"missed_region": nearest, "centre_distance_px": pixels, "centre_distance_share": pixels / columns}


def allocate_coding(
    readers: Sequence[ReaderSlot], cases: Sequence[CaseSlot], double_share: float, seed: int
) -> tuple[Placement, ...]:
    """Cases dealt evenly to the readers; a share, rounded up, goes to a second reader as well, who does not know it."""
    readers, cases = sorted(readers, key=lambda one: one.code), sorted(cases, key=lambda one: one.code)
    if not readers or not cases:
        raise AllocationRefused("coding needs at least one reader and one case")
    generator = random.Random(sha256_of([seed, "coding"]))
    order = [case.code for case in cases]
    generator.shuffle(order)
    twice = set(order[: math.ceil(double_share * len(order))]) if len(readers) > 1 else set()
    piles: dict[str, list[str]] = {reader.code: [] for reader in readers}
    for k, code in enumerate(order):
        piles[readers[k % len(readers)].code].append(code)
        if code in twice:
            piles[readers[(k + 1 + k // len(readers) % (len(readers) - 1)) % len(readers)].code].append(code)
    found = []
    for reader, pile in piles.items():
        random.Random(sha256_of([seed, "coding order", reader])).shuffle(pile)
        found += [
            Placement(reader, 1, k, "coding.1.1", code, CODING_ARM, 0, False) for k, code in enumerate(pile, start=1)
        ]
    return tuple(sorted(found))
