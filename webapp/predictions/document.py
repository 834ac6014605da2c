"""A prediction as the API gives it (architecture.md, section 5)."""

from typing import cast

from webapp.predictions.models import Prediction
from webapp.predictions.openapi import PredictionDocument, PredictionRow
from webapp.work.models import Job


def prediction_document(prediction: Prediction) -> PredictionDocument:
    """JSON-ready; the findings, maps and gate are there only once the prediction has succeeded."""
    row = _row(prediction)
    found: PredictionDocument = {**row, "gate": None, "maps": [], "findings": []}
    if prediction.state == Job.State.SUCCEEDED:
        # Keys of the row win over those of the stored explanation: the row is what the fenced transaction wrote.
        found = cast(PredictionDocument, {**found, **prediction.document, **row})
    return found


def _row(prediction: Prediction) -> PredictionRow:
    job = prediction.job
    return {
        "id": str(prediction.id),
        "image": str(prediction.image_id),  # type: ignore[attr-defined]
        "state": prediction.state,
        "bundle": prediction.bundle_id,
        "bundle_name": prediction.bundle_name,
        "bundle_version": prediction.bundle_version,
        "provider": prediction.provider,
        "image_sha256": prediction.image_sha256,
        "input_sha256": prediction.input_sha256,
        "waiting_for": job.waiting_for if job else "",
        "attempt": job.attempts if job else 0,
        "cancel_requested": bool(job and job.cancel_requested),
        "error": {"code": job.error_code, "text": job.error_text} if job and job.error_code else None,
        "created_at": prediction.created_at.isoformat(),
        "started_at": job.started_at.isoformat() if job and job.started_at else None,
        "finished_at": prediction.finished_at.isoformat() if prediction.finished_at else None,
    }
