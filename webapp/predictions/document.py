"""A prediction as the API gives it (architecture.md, section 5)."""

from typing import Any

from webapp.predictions.models import Prediction
from webapp.work.models import Job

# Keys of the row win over those of the stored explanation: the row is what the fenced transaction wrote.
ROW_KEYS = ("bundle_name", "bundle_version", "provider", "image_sha256", "input_sha256")


def prediction_document(prediction: Prediction) -> dict[str, Any]:
    """JSON-ready; the findings, maps and gate are there only once the prediction has succeeded."""
    row = _row(prediction)
    explanation: dict[str, Any] = {"gate": None, "maps": [], "findings": []}
    if prediction.state == Job.State.SUCCEEDED:
        explanation |= prediction.document
    return {**row, **explanation, **row}


def _row(prediction: Prediction) -> dict[str, Any]:
    job = prediction.job
    return {
        "id": str(prediction.id),
        "image": str(prediction.image_id),  # type: ignore[attr-defined]
        "state": prediction.state,
        "bundle": prediction.bundle_id,
        **{key: getattr(prediction, key) for key in ROW_KEYS},
        "waiting_for": job.waiting_for if job else "",
        "attempt": job.attempts if job else 0,
        "cancel_requested": bool(job and job.cancel_requested),
        "error": {"code": job.error_code, "text": job.error_text} if job and job.error_code else None,
        "created_at": prediction.created_at.isoformat(),
        "started_at": job.started_at.isoformat() if job and job.started_at else None,
        "finished_at": prediction.finished_at.isoformat() if prediction.finished_at else None,
    }
