"""The measured curve of one finding, read from the bundle that gave a result."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from inference.bundle_archive import ArchiveError, read_manifest
from measures.operating_curve import CurvePoint, NotOfTheseCases, Share, operating_curve, place_of
from webapp.predictions.bundle_store import bundle_path

FEW_CASES = 20  # below, a share is said to rest on few (viewer.md, section 5)
FEW_POINTS = 20
CASES_OF = {"real": "real images", "phantom": "drawn phantoms"}


@dataclass(frozen=True)
class MeasuredCurve:
    """points: thresholds falling. measured_on: which cases. notes: what the bundle does not tell, in sentences."""

    points: list[CurvePoint] = field(default_factory=list)
    positives: int | None = None
    negatives: int | None = None
    measured_on: str = ""
    notes: list[str] = field(default_factory=list)


def measured_curve(bundle_id: str, finding: str) -> MeasuredCurve:
    """What the bundle of this id measured; without points, and with the reason in `notes`, where it cannot be told."""
    manifest = _installed(bundle_id)
    if manifest is None:
        return MeasuredCurve(
            notes=["The model of this result is not installed any more: its measured points cannot be read."]
        )
    own = next((part for part in manifest["findings"] if part["key"] == finding), None)
    if own is None:
        return MeasuredCurve(notes=["The model that is installed under this name has no such finding."])
    point = own.get("operating_point") or {}
    positives, negatives = (_cases(point.get(share)) for share in ("sensitivity", "specificity"))
    roc = own.get("roc") or []
    if not positives or not negatives or not roc:
        return MeasuredCurve(
            notes=["This model comes without measured points: what another threshold would do is not known."]
        )
    try:
        points = operating_curve(roc, positives, negatives)
    except NotOfTheseCases:
        return MeasuredCurve(
            notes=[
                "The measured points of this model are of other cases than its operating point: nothing can be computed."
            ]
        )
    except (ValueError, TypeError):
        return MeasuredCurve(notes=["The measured points of this model are no ROC: nothing can be computed from them."])
    return MeasuredCurve(
        points, positives, negatives, _measured_on(manifest, finding), _cautions(len(points), positives, negatives)
    )


def own_point(bundle_id: str, finding: str) -> CurvePoint | None:
    """The operating point that the bundle comes with, as it was measured; None where it does not say all of it."""
    manifest = _installed(bundle_id)
    own = next((part for part in manifest["findings"] if part["key"] == finding), None) if manifest else None
    return stated_point((own or {}).get("operating_point") or {})


def stated_point(point: Mapping[str, Any]) -> CurvePoint | None:
    """An operating point of a manifest or a result: threshold, and sensitivity and specificity {value, ci, n}."""
    shares = [_stated(point.get(name)) for name in ("sensitivity", "specificity")]
    if "threshold" not in point or shares[0] is None or shares[1] is None:
        return None
    return CurvePoint(float(point["threshold"]), shares[0], shares[1])


def _stated(estimate: Mapping[str, Any] | None) -> Share | None:
    if not estimate or estimate.get("ci") is None:
        return None
    low, high = estimate["ci"]
    return Share(float(estimate["value"]), (low, high), int(estimate["n"]))


def with_point(points: list[CurvePoint], point: CurvePoint) -> tuple[list[CurvePoint], int]:
    """The points with one among them that was measured by itself, such as a threshold between two scores; and its index. It stands
    in place of a point of the curve at the same threshold: one threshold says one thing."""
    others = [one for one in points if one.threshold != point.threshold]
    place = place_of(others, point.threshold) + 1
    return [*others[:place], point, *others[place:]], place


def _installed(bundle_id: str) -> Mapping[str, Any] | None:
    try:
        return _manifest(bundle_id) if bundle_path(bundle_id).is_file() else None
    except (ArchiveError, OSError, ValueError):
        return None


@lru_cache(maxsize=8)
def _manifest(bundle_id: str) -> Mapping[str, Any]:
    return read_manifest(bundle_path(bundle_id))


def _cases(estimate: Mapping[str, Any] | None) -> int | None:
    return (estimate or {}).get("n")


def _cautions(points: int, positives: int, negatives: int) -> list[str]:
    notes = []
    if points < FEW_POINTS:
        notes.append(f"Only {points} points were measured; between them nothing is known.")
    for n, which in ((positives, "with"), (negatives, "without")):
        if n < FEW_CASES:
            notes.append(f"Few: only {n} {'case' if n == 1 else 'cases'} {which} the finding; the band is wide.")
    return notes


def _measured_on(manifest: Mapping[str, Any], finding: str) -> str:
    """`real images, split calibration`, as far as the bundle says it."""
    evidence, calibration = manifest.get("evidence") or {}, manifest.get("calibration") or {}
    source = ((evidence.get("calibration") or {}).get("sources") or {}).get(finding)
    name = (evidence.get("data") or {}).get("name")
    parts = [
        CASES_OF.get(source or "", ""),
        f"data set {name}" if name and source != "phantom" else "",
        f"split {calibration['split']}" if calibration.get("split") else "",
    ]
    return ", ".join(part for part in parts if part) or "the bundle does not say which cases"
