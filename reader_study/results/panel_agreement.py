"""How well the panel agreed, printed beside results: kappa of the first two votes, IoU of their boxes."""

from typing import Any

import numpy as np

from reader_study.analysis.agreement.boxes import box_agreement
from reader_study.analysis.agreement.cohen import kappa, table_of
from reader_study.models import Study, Truth, TruthVote
from reader_study.truth_regions import region

LEVELS = ("0", "1", "indeterminate")


def panel_agreement(study: Study) -> dict[str, Any]:
    """Per finding: n of cases with two votes, kappa (null with a reason), mean IoU and F1 of boxes."""
    found: dict[str, Any] = {}
    rows = Truth.objects.filter(case__study=study, case__voided_at=None).prefetch_related("votes")
    pairs: dict[str, list[tuple[TruthVote, TruthVote]]] = {}
    for truth in rows:
        votes = sorted(
            (v for v in truth.votes.all() if v.kind == TruthVote.Kind.VOTE), key=lambda v: (v.created_at, str(v.pk))
        )
        if len(votes) >= 2:
            pairs.setdefault(truth.finding, []).append((votes[0], votes[1]))
    for code, own in sorted(pairs.items()):
        columns = [np.array([LEVELS.index(pair[k].status) for pair in own]) for k in (0, 1)]
        estimate = kappa(table_of(columns[0], columns[1], np.arange(len(LEVELS))))
        boxes = [box_agreement([region(b) for b in one.regions], [region(b) for b in two.regions]) for one, two in own]
        ious = [value.mean_iou for value in boxes if value.mean_iou is not None]
        scores = [value.f1 for value in boxes if value.f1 is not None]
        found[code] = {
            "n": len(own),
            "kappa": estimate,
            "reason": None if estimate is not None else "undefined: no variation to agree about",
            "box_iou": sum(ious) / len(ious) if ious else None,
            "box_f1": sum(scores) / len(scores) if scores else None,
        }
    return found
