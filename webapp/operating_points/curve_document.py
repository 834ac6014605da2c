"""The curve of a finding as the API gives it: each point with what it would come to in the image's project. Stores nothing."""

from collections.abc import Mapping
from typing import Any

from measures.net_benefit import net_benefit
from measures.operating_curve import CurvePoint, Share
from measures.predictive_values import (
    flagged_share,
    natural_frequencies,
    negative_predictive_value,
    positive_predictive_value,
)
from webapp.operating_points.bundle_curve import MeasuredCurve, measured_curve, stated_point, with_point
from webapp.operating_points.case_mix import case_mix_of
from webapp.operating_points.models import CaseMix
from webapp.operating_points.openapi import CaseMixDocument, CurvePointDocument, NetBenefit, OperatingCurve, WhatIf
from webapp.predictions.models import Prediction

NO_CASE_HAS_IT = "The stated prevalence is 0: no image here has the finding, so every flag would be in vain."
EVERY_CASE_HAS_IT = "The stated prevalence is 100 %: every image here has the finding, so every flag would be right."


def curve_document(prediction: Prediction, finding: Mapping[str, Any]) -> OperatingCurve:
    """finding: of the stored result, which is read and left as it is."""
    key = str(finding["key"])
    curve = measured_curve(prediction.bundle_id, key)
    points, in_force = curve.points, None
    own = stated_point(finding.get("operating_point") or {})
    if points and own is not None:
        points, in_force = with_point(points, own)
    mix = case_mix_of(prediction.image.project)
    prevalence = mix.prevalences.get(key) if mix else None
    daily = mix.images_a_day if mix else None
    return {
        "prediction": str(prediction.pk),
        "bundle": prediction.bundle_id,
        "finding": key,
        "title": str(finding.get("title", key)),
        "probability": finding.get("probability"),
        "in_force": in_force,
        "positives": curve.positives,
        "negatives": curve.negatives,
        "measured_on": curve.measured_on,
        "case_mix": _case_mix(mix, key),
        "points": [_point(point, prevalence, daily) for point in points],
        "notes": [
            *curve.notes,
            *(_unstated(prevalence, daily) + _other_prevalence(curve, prevalence) if points else []),
        ],
    }


def what_if(point: CurvePoint, prevalence: float, images_a_day: int | None) -> WhatIf:
    """What a point comes to where a share `prevalence` of images has the finding."""
    sensitivity, specificity = point.sensitivity.value, point.specificity.value
    whole = natural_frequencies(sensitivity, specificity, prevalence)
    flagged = flagged_share(sensitivity, specificity, prevalence)
    return {
        "of": whole.of,
        "with_finding": whole.with_finding,
        "flagged": whole.flagged,
        "rightly": whole.rightly,
        "missed": whole.missed,
        "fewer_than_one": list(whole.fewer_than_one),
        "flagged_share": flagged,
        "ppv": positive_predictive_value(sensitivity, specificity, prevalence),
        "ppv_between": _between(positive_predictive_value, point, prevalence),
        "npv": negative_predictive_value(sensitivity, specificity, prevalence),
        "npv_between": _between(negative_predictive_value, point, prevalence),
        "flags_a_day": None if images_a_day is None else images_a_day * flagged,
        "net_benefit": _net_benefit(point, prevalence),
    }


def _point(point: CurvePoint, prevalence: float | None, images_a_day: int | None) -> CurvePointDocument:
    return {
        "threshold": point.threshold,
        "sensitivity": share_document(point.sensitivity),
        "specificity": share_document(point.specificity),
        "what_if": None if prevalence is None else what_if(point, prevalence, images_a_day),
    }


def share_document(share: Share) -> Any:
    """A share of cases as bundles and the API write it."""
    return {"value": share.value, "ci": list(share.ci), "n": share.n, "method": "wilson"}


def _between(value: Any, point: CurvePoint, prevalence: float) -> list[float] | None:
    """Both predictive values grow with both shares, so the ends of the two bands together give the least and the most."""
    ends = [value(point.sensitivity.ci[end], point.specificity.ci[end], prevalence) for end in (0, 1)]
    return None if None in ends else ends


def _net_benefit(point: CurvePoint, prevalence: float) -> NetBenefit | None:
    threshold = point.threshold
    model = net_benefit(point.sensitivity.value, point.specificity.value, prevalence, threshold)
    everything = net_benefit(1, 0, prevalence, threshold)
    if model is None or everything is None:
        return None
    return {
        "model": model,
        "read_all": everything,
        "read_none": 0.0,
        "cost_of_flag": threshold / (1 - threshold),
    }


def _case_mix(mix: CaseMix | None, key: str) -> CaseMixDocument | None:
    if mix is None:
        return None
    return {
        "prevalence": mix.prevalences.get(key),
        "images_a_day": mix.images_a_day,
        "source": mix.source,
        "stated_by": mix.created_by.username if mix.created_by else "",
        "stated_at": mix.created_at.isoformat(),
    }


def _unstated(prevalence: float | None, images_a_day: int | None) -> list[str]:
    if prevalence is None:
        return [
            "How frequent this finding is here is not stated: how many flags would be right, and the net benefit, cannot be said. "
            "A manager states it under Models, Operating points."
        ]
    notes = [NO_CASE_HAS_IT] if prevalence == 0 else [EVERY_CASE_HAS_IT] if prevalence == 1 else []
    return (
        notes
        if images_a_day is not None
        else [*notes, "How many images come in a day is not stated: flags a day cannot be said."]
    )


def _other_prevalence(curve: MeasuredCurve, prevalence: float | None) -> list[str]:
    """Net benefit weighs by the threshold, which is the risk only where the finding is as frequent as it was when calibrated."""
    if prevalence is None or not curve.positives or not curve.negatives:
        return []
    there, here = (
        f"{100 * share:.3g}" for share in (curve.positives / (curve.positives + curve.negatives), prevalence)
    )
    if there == here:
        return []
    return [
        f"Net benefit takes the number as the risk; it was calibrated where {there} % had the finding, and here {here} % is stated."
    ]
