"""The `reproduce` job: the bundle of a stored result runs again on the kept input, and the difference is kept beside the result."""

import logging
from functools import partial
from typing import Any

from django.utils import timezone

from inference.engine import Case, Explanation, NonFiniteOutput
from inference.gate import GateQuestion
from webapp.archive.exam import exam_of
from webapp.archive.frame.model_inputs import prepared
from webapp.archive.storage import IntegrityMismatch
from webapp.predictions.bundle_store import BundleUnavailable, engine_for
from webapp.predictions.compare_answers import Comparison, compare_map, compare_numbers
from webapp.predictions.map_files import read_map
from webapp.predictions.models import Prediction, Reproduction
from webapp.predictions.run_mark import why_taken_out
from webapp.predictions.wanted_run import Prepared, explain_wanted
from webapp.work.jobs.claim import Claim
from webapp.work.jobs.kinds import JobRefused, Result
from webapp.work.jobs.lease import Lease

logger = logging.getLogger(__name__)

FRAME_GONE = "The stored image is missing or no longer has the content that was received: it cannot be computed again."
ANOTHER_IMAGE = "The stored image is not the one that this result was computed from: it cannot be computed again."
ANOTHER_INPUT = (
    "What the model would see of the image now differs from what it saw then, so its answers cannot be compared; the image is "
    "prepared by another version of the software, or as another exam."
)
TAKEN_OUT = "The model of this result is not run again: {why}"
NO_MODEL = "The model of this result cannot be run here any more: {why}."
NOT_FINITE = "The model gave no usable numbers this time. Tell an administrator."


def run_reproduction(claim: Claim, lease: Lease) -> Result:
    """Raises JobRefused with a sentence for what stands in the way; nothing of the stored result is ever written."""
    row = Reproduction.objects.select_related("prediction__image__project").filter(job_id=claim.job.id).first()
    if row is None:
        raise JobRefused("reproduction_missing", "What this job was to fill no longer exists.")
    again = _explain(row.prediction, claim, lease)
    comparisons = [comparison.document() for comparison in compare(row.prediction, again)]
    values: dict[str, Any] = {
        "provider": again.provider,
        "comparisons": comparisons,
        "is_within": all(one["is_within"] for one in comparisons),
    }
    return Result(write=partial(_write, row.id, values))


def compare(prediction: Prediction, again: Explanation) -> list[Comparison]:
    """Numbers first, then each kind of map of the stored result."""
    stored = prediction.document
    found = [compare_numbers(stored, again.document())]  # type: ignore[arg-type]
    for described in stored.get("maps", []):
        kind = described["kind"]
        shape = (len(described["findings"]), described["height"], described["width"])
        kept = read_map(prediction.maps_key, kind, shape, prediction.maps_sha256.get(kind, ""))
        found.append(compare_map(kind, kept, again.maps.get(kind)))
    return found


def _explain(prediction: Prediction, claim: Claim, lease: Lease) -> Explanation:
    image = prediction.image
    if image.stored_sha256 != prediction.image_sha256:
        raise JobRefused("image_changed", ANOTHER_IMAGE)
    if why := why_taken_out(prediction.bundle_id):
        raise JobRefused("bundle_taken_out", TAKEN_OUT.format(why=why))
    try:
        engine = engine_for(prediction.bundle_id, [claim.job.id])
    except BundleUnavailable as problem:
        raise JobRefused("bundle_unavailable", NO_MODEL.format(why=problem)) from problem
    try:
        model_input = prepared(image, engine.bundle.input_spec)
    except IntegrityMismatch as problem:
        logger.error("job %s: %s", claim.job.id, problem)
        raise JobRefused("integrity_mismatch", FRAME_GONE) from problem
    if model_input.sha256 != prediction.input_sha256:
        raise JobRefused("another_input", ANOTHER_INPUT)
    question = GateQuestion(exam_of(image), image.modality, image.project.takes_for_processing)
    [answer] = explain_wanted(engine, [Prepared(claim, prediction, engine, Case(model_input, question), lease)])
    if isinstance(answer, NonFiniteOutput):
        raise JobRefused("not_finite", NOT_FINITE) from answer
    if isinstance(answer, Exception):
        raise answer
    return answer


def _write(row_id: Any, values: dict[str, Any]) -> None:
    Reproduction.objects.filter(id=row_id).update(finished_at=timezone.now(), **values)
