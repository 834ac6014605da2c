"""The `infer` job: verified bytes -> decoded pixels -> model input -> explanation -> rows and map files.

Jobs of one worker are prepared side by side and explained in one run of the engine (micro-batch). Pixels are decoded,
grayed and resized in a child process or were so when the image came in; the worker gets the model's input.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

import numpy as np
from django.utils import timezone

from inference.engine import Case, Engine, Explanation, NonFiniteOutput
from inference.gate import GateQuestion
from inference.manifest import OperatingPoint
from webapp.archive.exam import exam_of
from webapp.archive.frame.model_inputs import prepared
from webapp.archive.models import Image
from webapp.archive.storage import IntegrityMismatch
from webapp.predictions.bundle_store import BundleUnavailable, engine_for
from webapp.predictions.map_files import WrittenMaps, remove_maps, remove_other_runs, write_maps
from webapp.predictions.models import Prediction, ResultEmbedding
from webapp.predictions.points_in_force import PointsInForce
from webapp.predictions.result_hooks import StoredResult, tell_stored
from webapp.predictions.run_mark import tell_answered, tell_ended_runs
from webapp.predictions.wanted_run import Prepared, explain_wanted
from webapp.work.jobs.claim import Claim
from webapp.work.jobs.kinds import JobMustWait, JobRefused, Result
from webapp.work.jobs.lease import Lease

logger = logging.getLogger(__name__)

NO_MODEL = "waiting: no model is in service"
INTEGRITY_TEXT = "The stored file no longer has the content that was received. It was not used; tell an administrator."
NOT_FINITE = "The model gave no usable numbers for this image. Tell an administrator; another model may read it."


@dataclass(frozen=True)
class Highest:
    """The most suspicious finding of a document: positives first, then by probability."""

    finding: str = ""
    probability: float | None = None
    decision: str = ""


@dataclass(frozen=True, eq=False)
class Opened:
    """One job with its rows, the engine of the bundle and the operating points that were in service when it was opened."""

    claim: Claim
    prediction: Prediction
    engine: Engine
    points: Mapping[str, OperatingPoint]


def open_jobs(claims: Sequence[Claim]) -> Iterator[list[tuple[Claim, Opened | Exception]]]:
    """The rows of all jobs by one query, after the workers that ended meanwhile are counted: the model in service may be
    another by then. Jobs of two projects may alternate, and a process keeps one model at a time: a group per model, which is
    loaded when its group is asked for. In the place of a job: JobMustWait without a usable model, JobRefused without rows."""
    tell_ended_runs()
    rows = Prediction.objects.select_related("image__project").defer("document")  # of an earlier run: not ours to read
    rows = rows.filter(job_id__in=[claim.job.id for claim in claims])
    by_job = {row.job_id: row for row in rows}  # type: ignore[attr-defined]
    groups: dict[str, list[tuple[Claim, Prediction]]] = {}
    missing: list[tuple[Claim, Opened | Exception]] = []
    for claim in claims:
        row = by_job.get(claim.job.id)
        if row is None:
            gone = JobRefused("prediction_missing", "The result that this job was to fill no longer exists.")
            missing.append((claim, gone))
        else:
            groups.setdefault(row.image.project.active_bundle, []).append((claim, row))
    if missing:
        yield missing
    for bundle_id, group in groups.items():
        yield _opened(bundle_id, group)  # no name here: it would keep the model while the next is loaded


def _opened(bundle_id: str, group: Sequence[tuple[Claim, Prediction]]) -> list[tuple[Claim, Opened | Exception]]:
    """Jobs of one model, which is loaded for them all."""
    points = PointsInForce()
    try:
        engine = _in_service(bundle_id, [claim.job.id for claim, _ in group])
    except Exception as problem:  # of this model: the jobs of another are opened all the same
        return [(claim, problem) for claim, _ in group]
    return [(claim, Opened(claim, row, engine, points.of(row.image.project, engine.bundle.id))) for claim, row in group]


def _in_service(bundle_id: str, jobs: Sequence[UUID]) -> Engine:
    """Raises JobMustWait without a usable one."""
    if not bundle_id:
        raise JobMustWait(NO_MODEL)
    try:
        return engine_for(bundle_id, jobs)
    except BundleUnavailable as problem:
        raise JobMustWait(f"waiting: {problem}") from problem


def prepare(opened: Opened, lease: Lease) -> Prepared:
    """Verified bytes -> model input. Safe to call from several threads; asks the database nothing.

    Raises DicomRefusal or JobRefused for the image's own faults.
    """
    image, engine = opened.prediction.image, opened.engine
    try:
        model_input = prepared(image, engine.bundle.input_spec)
    except IntegrityMismatch as problem:
        logger.error("job %s: %s", opened.claim.job.id, problem)
        raise JobRefused("integrity_mismatch", INTEGRITY_TEXT) from problem
    case = Case(
        input=model_input,
        question=GateQuestion(exam_of(image), image.modality, image.project.takes_for_processing),
        points=opened.points,
    )
    return Prepared(opened.claim, opened.prediction, engine, case, lease)


def explain_together(items: Sequence[Prepared]) -> list[Result | Exception]:
    """One engine run for all images that were prepared for the same bundle; each result names the bundle that ran."""
    results: dict[int, Result | Exception] = {}
    for engine in {id(item.engine): item.engine for item in items}.values():
        group = [item for item in items if item.engine is engine]
        answers = explain_wanted(engine, group)
        if any(isinstance(answer, Explanation) for answer in answers):
            tell_answered(engine.bundle.id)
        for item, answer in zip(group, answers, strict=True):
            results[id(item)] = _result(item, answer)
    return [results[id(item)] for item in items]


def _result(item: Prepared, answer: Explanation | Exception) -> Result | Exception:
    """Map files written; rows follow in the transaction of the fence."""
    if isinstance(answer, NonFiniteOutput):
        logger.error("job %s: %s", item.claim.job.id, answer)
        return JobRefused("not_finite", NOT_FINITE)
    if isinstance(answer, Exception):
        return answer
    try:
        maps = write_maps(item.prediction.id, item.claim.token, answer.maps)
    except OSError as problem:
        return problem
    key = maps.key
    values = _values(item.prediction.image, item.engine, answer, maps)
    embedding = np.asarray(answer.embedding, "<f4").ravel()
    return Result(
        write=partial(_write, item.prediction, values, embedding, answer.seconds),
        discard=partial(_discard, item.prediction.id, key),
        clean=partial(remove_other_runs, key),
    )


def highest_finding(document: Mapping[str, Any]) -> Highest:
    """What the worklist sorts by. A refused case has a decision and no number."""
    findings = document.get("findings", [])
    if document.get("gate", {}).get("verdict") == "refused" or not findings:
        return Highest(decision="refused" if findings else "")
    numbered = [finding for finding in findings if finding["probability"] is not None]
    if not numbered:
        return Highest(decision="refused")
    top = max(numbered, key=lambda finding: (finding["decision"] == "positive", finding["probability"]))
    return Highest(top["key"], top["probability"], top["decision"])


def _values(image: Image, engine: Engine, explanation: Explanation, maps: WrittenMaps) -> dict[str, Any]:
    document = explanation.document()
    highest = highest_finding(document)
    return {
        "bundle_id": engine.bundle.id,
        "bundle_name": engine.bundle.name,
        "bundle_version": engine.bundle.version,
        "provider": explanation.provider,
        "document": document,
        "maps_key": maps.key,
        "maps_sha256": maps.sha256,
        "image_sha256": image.stored_sha256,
        "input_sha256": explanation.input_sha256,
        "highest_finding": highest.finding,
        "highest_probability": highest.probability,
        "highest_decision": highest.decision,
    }


def _write(prediction: Prediction, values: dict[str, Any], embedding: "np.ndarray[Any, Any]", seconds: float) -> None:
    Prediction.objects.filter(id=prediction.id).update(finished_at=timezone.now(), **values)
    row = ResultEmbedding(prediction_id=prediction.id, width=embedding.size, values=embedding.tobytes())
    ResultEmbedding.objects.bulk_create(
        [row], update_conflicts=True, unique_fields=["prediction"], update_fields=["width", "values"]
    )
    tell_stored(StoredResult(prediction.image, values["bundle_id"], values["document"], seconds))


def _discard(prediction_id: UUID, key: str) -> None:
    """Removes the maps of a lost run. A commit whose answer was lost has happened all the same: its maps stay."""
    if not Prediction.objects.filter(id=prediction_id, maps_key=key).exists():
        remove_maps(key)
