"""The `infer` job: verified bytes -> decoded pixels -> model input -> explanation -> rows and map files."""

import logging
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.utils import timezone

from inference.dicom import DicomHeader
from inference.engine import Case, Engine, Explanation, NonFiniteOutput
from inference.preprocessing import prepare_dicom
from webapp.archive.frames import decoded, header_of
from webapp.archive.models import Image
from webapp.predictions.bundle_store import BundleUnavailable, engine_for
from webapp.predictions.jobs.claim import Claim
from webapp.predictions.jobs.kinds import JobMustWait, JobRefused, Result
from webapp.predictions.jobs.lease import Lease
from webapp.predictions.map_files import remove_maps, remove_other_runs, write_maps
from webapp.predictions.models import Prediction

logger = logging.getLogger(__name__)

NO_MODEL = "waiting: no model is in service"
NOT_FINITE = "The model gave no usable numbers for this image. Tell an administrator; another model may read it."


@dataclass(frozen=True)
class Highest:
    """The most suspicious finding of a document: positives first, then by probability."""

    finding: str = ""
    probability: float | None = None
    decision: str = ""


def run(claim: Claim, lease: Lease) -> Result:
    """Explains one image with the bundle in service at this moment; the result names that bundle.

    Raises JobMustWait without a usable model, DicomRefusal or IntegrityMismatch for the image's own faults.
    """
    prediction = Prediction.objects.select_related("image__project").filter(job_id=claim.job.id).first()
    if prediction is None:
        raise JobRefused("prediction_missing", "The result that this job was to fill no longer exists.")
    image = prediction.image
    engine = _engine_in_service(image)
    explanation = _explain(engine, image, lease)
    key = write_maps(prediction.id, claim.token, explanation.maps)
    values = _values(image, engine, explanation, key)
    return Result(
        write=partial(_write, prediction, values),
        discard=partial(remove_maps, key),
        clean=partial(remove_other_runs, key),
    )


def highest_finding(document: dict[str, Any]) -> Highest:
    """What the worklist sorts by. A refused case has a decision and no number."""
    findings = document.get("findings", [])
    if document.get("gate", {}).get("verdict") == "refused" or not findings:
        return Highest(decision="refused" if findings else "")
    numbered = [finding for finding in findings if finding["probability"] is not None]
    if not numbered:
        return Highest(decision="refused")
    top = max(numbered, key=lambda finding: (finding["decision"] == "positive", finding["probability"]))
    return Highest(top["key"], top["probability"], top["decision"])


def _engine_in_service(image: Image) -> Engine:
    bundle_id = image.project.active_bundle
    if not bundle_id:
        raise JobMustWait(NO_MODEL)
    try:
        return engine_for(bundle_id)
    except BundleUnavailable as problem:
        raise JobMustWait(f"waiting: {problem}") from problem


def _explain(engine: Engine, image: Image, lease: Lease) -> Explanation:
    header: DicomHeader = header_of(image)
    pixels = decoded(image)
    lease.check()
    model_input = prepare_dicom(header, pixels, engine.bundle.input_spec)
    case = Case(
        input=model_input,
        view=image.view_position or None,
        age_years=image.age_years,
        body_part=image.body_part or None,
        modality=image.modality,
    )
    try:
        explanation = engine.explain([case])[0]
    except NonFiniteOutput as problem:
        logger.error("job %s: %s", lease.claim.job.id, problem)
        raise JobRefused("not_finite", NOT_FINITE) from problem
    lease.check()
    return explanation


def _values(image: Image, engine: Engine, explanation: Explanation, key: str) -> dict[str, Any]:
    document = explanation.document()
    highest = highest_finding(document)
    return {
        "bundle_id": engine.bundle.id,
        "bundle_name": engine.bundle.name,
        "bundle_version": engine.bundle.version,
        "provider": explanation.provider,
        "document": document,
        "maps_key": key,
        "image_sha256": image.stored_sha256,
        "input_sha256": explanation.input_sha256,
        "highest_finding": highest.finding,
        "highest_probability": highest.probability,
        "highest_decision": highest.decision,
    }


def _write(prediction: Prediction, values: dict[str, Any]) -> None:
    Prediction.objects.filter(id=prediction.id).update(finished_at=timezone.now(), **values)
