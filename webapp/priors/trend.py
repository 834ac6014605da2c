"""The calibrated number of each finding over the patient's earlier images, where the project allows the model on them.

Results that are there, of the bundle of the shown result and no other; nothing is run for it. An earlier image whose model is
hidden from the person, by a study or by a look that waits, is not there and not counted.
"""

from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

from webapp.accounts.policy import Person, Refusal
from webapp.archive.models import Image
from webapp.predictions.models import Prediction
from webapp.priors.interval import interval_words
from webapp.priors.openapi import TrendDocument, TrendPoint
from webapp.priors.prior_images import MOST, compared_images
from webapp.reveal.embargoed import not_under_embargo
from webapp.reveal.shown_image import is_image_shown
from webapp.work.models import Job

NOT_ALLOWED: Final = Refusal("no_ai_on_priors", "This project shows no model on earlier images: there is no trend.")


def trend_document(person: Person, prediction: Prediction) -> tuple[TrendDocument, list[Image]]:
    """JSON-ready, and the images whose numbers it tells, the shown one among them.

    The caller has asked whether the person may see the result.
    """
    image = prediction.image
    empty: TrendDocument = {"prediction": str(prediction.pk), "problem": None, "without": 0, "findings": []}
    if not image.project.ai_on_priors:
        return {**empty, "problem": {"code": NOT_ALLOWED.code, "text": NOT_ALLOWED.text}}, []
    earlier = _earlier(person, image)
    results = _results(earlier, prediction.bundle_id)
    shown = [one for one in earlier if one.pk in results]
    by_finding = {
        finding["key"]: [
            _point(one, own, finding, image)
            for one, own in [*((one, _finding(results[one.pk], finding["key"])) for one in shown), (image, finding)]
            if own is not None
        ]
        for finding in prediction.document.get("findings", [])
    }
    found = [{"key": key, "points": points} for key, points in by_finding.items()]
    told = [*shown, image] if found else []
    return {**empty, "without": len(earlier) - len(shown), "findings": found}, told  # type: ignore[typeddict-item]


def _earlier(person: Person, image: Image) -> list[Image]:
    """Oldest first. An image whose place in time is not known has none on the chart."""
    compared, _ = compared_images(person, image)
    found = [one.image for one in compared if not one.is_view and one.order == "earlier" and one.moment.day][:MOST]
    seen = set(
        not_under_embargo(Image.objects.filter(pk__in=[one.pk for one in found]), person).values_list("pk", flat=True)
    )
    return [one for one in reversed(found) if one.pk in seen]


def _results(images: Iterable[Image], bundle_id: str) -> dict[UUID, Prediction]:
    """The newest succeeded result of the bundle for the bytes that are stored now."""
    rows = Prediction.objects.filter(image__in=list(images), bundle_id=bundle_id, finished_at__isnull=False)
    found: dict[UUID, Prediction] = {}
    for result in rows.select_related("job", "image").order_by("created_at", "pk"):
        is_of_these_bytes = not result.image_sha256 or is_image_shown(result.image, result.image_sha256)
        if result.state == Job.State.SUCCEEDED and is_of_these_bytes:
            found[result.image.pk] = result
    return found


def _finding(result: Prediction, key: str) -> dict[str, Any] | None:
    rows: list[dict[str, Any]] = result.document.get("findings", [])
    return next((row for row in rows if row["key"] == key), None)


def _point(of: Image, own: dict[str, Any], finding: dict[str, Any], image: Image) -> TrendPoint:
    day, today = of.study_date, image.study_date
    return {
        "image": str(of.pk),
        "study_date": day.isoformat() if day else None,
        "ago": interval_words(day, today) if day and today and of.pk != image.pk else "",
        "days": (today - day).days if day and today else 0,
        "probability": own.get("probability"),
        "interval": own.get("interval"),
        "decision": own.get("decision") or "",
        "threshold": _threshold(own),
        "is_same_point": _threshold(own) == _threshold(finding),
    }


def _threshold(finding: dict[str, Any]) -> float | None:
    value: float | None = (finding.get("operating_point") or {}).get("threshold")
    return value
