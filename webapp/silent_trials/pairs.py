"""The images of a trial with both answers, as columns of arrays."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from measures.gates.clusters import patient_codes
from measures.gates.share_difference import effective_cases
from measures.wilson import wilson_interval
from reader_study.patient_key import patient_key
from webapp.archive.models import Image
from webapp.silent_trials.models import SilentAnswer, SilentTrial

CONFIDENCE = 0.95
Side = Literal["in_service", "candidate"]
SIDES: tuple[Side, ...] = ("in_service", "candidate")
Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Pair:
    """One image by both."""

    answer: SilentAnswer

    @property
    def image(self) -> Image:
        return self.answer.case.image

    def of(self, side: Side) -> Any:
        """The row of either: findings, is_refused, reasons, seconds."""
        return self.answer if side == "candidate" else self.answer.case

    def flagged(self, side: Side, finding: str) -> bool:
        """At its own operating point. A refused image is not flagged."""
        return bool(self.of(side).findings.get(finding, {}).get("flagged"))

    def is_answered(self, finding: str) -> bool:
        """Both gave a number."""
        return all(finding in self.of(side).findings for side in SIDES)


def pairs_of(trial: SilentTrial) -> list[Pair]:
    """In the order in which the images came."""
    rows = SilentAnswer.objects.filter(case__trial=trial).select_related("case__image__project")
    return [Pair(row) for row in rows.order_by("case__created_at", "case_id")]


def patients_of(pairs: Sequence[Pair]) -> NDArray[np.intp]:
    """Each image's patient as a number."""
    return patient_codes(np.array([patient_key(pair.image) for pair in pairs]))


def share(hits: Flags, patients: NDArray[np.generic], weights: NDArray[np.float64] | None = None) -> dict[str, Any]:
    """{value, low, high, n}: Wilson's interval of a share, of as many cases as weights and patients leave; nulls without a case."""
    n = len(hits)
    if n == 0:
        return {"value": None, "low": None, "high": None, "n": 0}
    own: NDArray[np.float64] = np.ones(n) if weights is None else weights
    effective = effective_cases(hits.astype(float), own, patients)
    value = float(np.average(hits, weights=own))
    low, high = wilson_interval(min(value * effective, effective), effective, 1 - CONFIDENCE)
    return {"value": _short(value), "low": _short(low), "high": _short(high), "n": n}


def refusals(pairs: Sequence[Pair], patients: NDArray[np.intp]) -> dict[str, Any]:
    """Of either: share refused, and how often each check refused; both: images refused by both."""
    refused = {side: np.array([pair.of(side).is_refused for pair in pairs], bool) for side in SIDES}
    found: dict[str, Any] = {
        side: {
            **share(refused[side], patients),
            "refused": int(refused[side].sum()),
            "reasons": dict(sorted(Counter(name for pair in pairs for name in pair.of(side).reasons).items())),
        }
        for side in SIDES
    }
    return {**found, "both": int((refused["in_service"] & refused["candidate"]).sum())}


def speed(pairs: Sequence[Pair]) -> dict[str, Any]:
    """Of either: median and 95th percentile of the model's run, in seconds, and of how many runs."""
    found: dict[str, Any] = {}
    for side in SIDES:
        seconds = [pair.of(side).seconds for pair in pairs if pair.of(side).seconds > 0]
        both = [_short(float(value)) for value in np.percentile(seconds, [50, 95])] if seconds else [None, None]
        found[side] = {"median": both[0], "p95": both[1], "n": len(seconds)}
    return found


def _short(value: float) -> float:
    return float(f"{value:.6g}")
