"""One turn of a rehearsal on the worker: the engines, the clock, and when it gives way."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils import timezone

from inference.engine import Case, Engine, Explanation
from inference.manifest import OperatingPoint
from webapp.archive.models import Image
from webapp.archive.storage import IntegrityMismatch
from webapp.predictions.bundle_store import BundleUnavailable, EngineShelf, engine_for
from webapp.predictions.points_in_force import PointsInForce
from webapp.predictions.run_mark import why_taken_out
from webapp.predictions.wanted_run import run_alone
from webapp.rehearsals.ask import REHEARSE
from webapp.rehearsals.case_run import Boxes, case_output, miss_map
from webapp.rehearsals.models import CaseOutput, MissMap, Rehearsal
from webapp.work.jobs.claim import Claim, claimable
from webapp.work.jobs.kinds import JobRefused
from webapp.work.jobs.lease import Lease
from webapp.work.models import Job

TURN_SECONDS = 20.0
shelf = EngineShelf()  # of the candidate: the model in service stays loaded beside it, and new images wait for neither


def somebody_waits() -> bool:
    """Another job could run now."""
    return Job.objects.filter(claimable(timezone.now())).exclude(kind=REHEARSE).exists()


@dataclass
class Turn:
    """Answers of the two bundles, one image at a time, until the turn is over."""

    rehearsal: Rehearsal
    claim: Claim
    lease: Lease
    points: PointsInForce = field(default_factory=PointsInForce)
    until: float = field(default_factory=lambda: time.monotonic() + TURN_SECONDS)

    @property
    def is_over(self) -> bool:
        """Its seconds have passed, or other work waits."""
        return time.monotonic() > self.until or somebody_waits()

    def output(self, image: Image, bundle_id: str, boxes: Boxes, stored_sha256: str) -> CaseOutput:
        """Raises IntegrityMismatch where the archive has another file than was chosen, and what `case_output` raises."""
        engine = self._engine_for(image, bundle_id, stored_sha256)
        return case_output(self.rehearsal, image, engine, self._points(bundle_id), boxes, self._run)

    def map_of(self, image: Image, bundle_id: str, finding: str, stored_sha256: str) -> MissMap:
        """The same for the map of a finding."""
        engine = self._engine_for(image, bundle_id, stored_sha256)
        return miss_map(self.rehearsal, image, finding, engine, self._points(bundle_id), self._run)

    def _engine_for(self, image: Image, bundle_id: str, stored_sha256: str) -> Engine:
        self.lease.check()
        if stored_sha256 != image.stored_sha256:
            raise IntegrityMismatch(image)
        if why := why_taken_out(bundle_id):
            raise JobRefused("bundle_taken_out", f"Model {bundle_id[:12]} is not run again: {why}")
        is_candidate = bundle_id == self.rehearsal.candidate_id
        try:
            return (shelf.get if is_candidate else engine_for)(bundle_id, [self.claim.job.id])
        except BundleUnavailable as problem:
            raise JobRefused("bundle_unavailable", f"The rehearsal cannot go on: {problem}.") from problem

    def _points(self, bundle_id: str) -> Mapping[str, OperatingPoint]:
        return self.points.of(self.rehearsal.project, bundle_id)

    def _run(self, engine: Engine, case: Case) -> Explanation:
        return run_alone(engine, self.claim, self.lease, lambda watch: engine.explain([case], watch)[0])
