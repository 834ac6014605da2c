"""The `probe` job: the kept model input, its erased copies, one visit to the engine, the numbers of one finding."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from inference.documents import FindingDocument
from inference.engine import BATCH, Case, Engine, NonFiniteOutput
from inference.erasing import FILLINGS, area_masks, erased_inputs, erased_shares
from inference.gate import GateQuestion
from inference.manifest import OperatingPoint
from inference.preprocessing import ModelInput
from webapp.archive.exam import exam_of
from webapp.archive.frame.model_inputs import prepared
from webapp.archive.models import Image
from webapp.archive.storage import IntegrityMismatch
from webapp.predictions.bundle_store import BundleUnavailable, engine_for
from webapp.predictions.engine_run import EngineOutOfMemory, ran_out_of_memory
from webapp.predictions.infer import INTEGRITY_TEXT
from webapp.predictions.run_mark import tell_answered, tell_ended_runs
from webapp.predictions.wanted_run import run_alone
from webapp.probes.areas import from_document
from webapp.probes.models import Probe
from webapp.probes.openapi import ErasedArea, FilledNumber, ProbeNumber, ProbeResult
from webapp.work.jobs.claim import Claim
from webapp.work.jobs.kinds import JobRefused, Result
from webapp.work.jobs.lease import Lease

logger = logging.getLogger(__name__)

AREAS_AT_ONCE = max(1, BATCH // len(FILLINGS))  # one run of the engine: no more copies are in memory

GONE = "This question is no longer kept. Ask it again."
REPLACED = "The model was replaced meanwhile. Run the model in service on this image, and ask again."
CHANGED = "What the model sees of this image has changed since its result. Run the model again, and ask then."
NOT_FINITE = "The model gave no usable number for one of the erased pictures. Nothing is shown of this question."


def run_probe(claim: Claim, lease: Lease) -> Result:
    """Raises JobRefused with a sentence for whoever asked; faults that may pass are tried again by the worker."""
    tell_ended_runs()
    rows = Probe.objects.select_related("image__project", "prediction")
    probe = rows.filter(job_id=claim.job.id).first()
    if probe is None:
        raise JobRefused("probe_missing", GONE)
    engine = _engine(probe, claim)
    model_input = _input(probe.image, engine)
    if model_input.sha256 != probe.prediction.input_sha256:
        raise JobRefused("input_changed", CHANGED)
    lease.check()
    result = erased_numbers(engine, claim, lease, probe, model_input)
    tell_answered(engine.bundle.id)
    return Result(write=partial(_write, probe, result))


def erased_numbers(engine: Engine, claim: Claim, lease: Lease, probe: Probe, model_input: ModelInput) -> ProbeResult:
    """The number of the whole picture, and of every area in every filling. Raises what `Lease.check` raises, between the runs."""
    image = probe.image
    question = GateQuestion(exam_of(image), image.modality, image.project.takes_for_processing)
    points = {probe.finding: _stated_point(probe, engine)}

    def numbers(inputs: Sequence[ModelInput]) -> list[ProbeNumber]:
        lease.check()
        answers = _answers(engine, claim, lease, [Case(one, question, points) for one in inputs])
        return [_number(findings, probe.finding) for findings in answers]

    [before] = numbers([model_input])
    areas = [from_document(area) for area in probe.areas]
    erased: list[ErasedArea] = []
    for start in range(0, len(areas), AREAS_AT_ONCE):
        masks = area_masks(areas[start : start + AREAS_AT_ONCE], model_input)
        found = numbers([copy for filling in FILLINGS for copy in erased_inputs(model_input, masks, filling)])
        shares = erased_shares(masks, model_input)
        erased += [_erased(found, place, shares) for place in range(len(shares))]
    return {"provider": engine.provider, "before": before, "erased": erased}


def _answers(engine: Engine, claim: Claim, lease: Lease, cases: Sequence[Case]) -> list[list[FindingDocument]]:
    try:
        return run_alone(engine, claim, lease, lambda watch: engine.numbers(cases, watch))
    except NonFiniteOutput as problem:
        logger.error("job %s: %s", claim.job.id, problem)
        raise JobRefused("not_finite", NOT_FINITE) from problem
    except Exception as problem:
        if ran_out_of_memory(problem):
            raise EngineOutOfMemory(str(problem)) from problem
        raise


def _stated_point(probe: Probe, engine: Engine) -> OperatingPoint:
    """At which the result was given: the project may have approved another since, and the bundle has its own."""
    stated = _of_finding(probe.prediction.document["findings"], probe.finding)["operating_point"]
    own = next(one for one in engine.bundle.contents.findings if one.key == probe.finding).operating_point
    return replace(
        own,
        threshold=stated["threshold"],
        sensitivity=stated["sensitivity"],
        specificity=stated["specificity"],
        project_version=stated.get("project_version"),
    )


def _of_finding(findings: Sequence[FindingDocument], key: str) -> FindingDocument:
    return next(one for one in findings if one["key"] == key)


def _erased(numbers: Sequence[ProbeNumber], place: int, shares: Sequence[float]) -> ErasedArea:
    """numbers: filling by filling, in each area by area."""
    found: list[FilledNumber] = [
        {**numbers[nth * len(shares) + place], "filling": filling} for nth, filling in enumerate(FILLINGS)
    ]
    return {"share": shares[place], "numbers": found}


def _number(findings: Sequence[FindingDocument], key: str) -> ProbeNumber:
    own = _of_finding(findings, key)
    return {name: own[name] for name in ("probability", "interval", "decision", "reason")}  # type: ignore[return-value]


def _engine(probe: Probe, claim: Claim) -> Engine:
    """Nobody who asks waits for another model: a question about one that is not in service ends."""
    bundle_id = probe.prediction.bundle_id
    if bundle_id != probe.image.project.active_bundle:
        raise JobRefused("model_replaced", REPLACED)
    try:
        return engine_for(bundle_id, [claim.job.id])
    except BundleUnavailable as problem:
        raise JobRefused("model_gone", f"The model cannot be asked: {problem}. Tell an administrator.") from problem


def _input(image: Image, engine: Engine) -> ModelInput:
    try:
        return prepared(image, engine.bundle.input_spec)
    except IntegrityMismatch as problem:
        logger.error("image %s: %s", image.pk, problem)
        raise JobRefused("integrity_mismatch", INTEGRITY_TEXT) from problem


def _write(probe: Probe, result: ProbeResult) -> None:
    Probe.objects.filter(pk=probe.pk).update(result=result)
