"""The `train` job: prepares the data once, runs `python -m training` as a child, and adds what comes of it to the registry."""

import errno
import logging
import os
import threading
from functools import partial
from typing import Any
from uuid import UUID

from django.utils import timezone

from webapp import audit
from webapp.archive.storage import is_disk_full
from webapp.deployments.models import DeployedBundle
from webapp.deployments.services import BundleNotChecked, BundleRefused, add_bundle
from webapp.retraining.child import ChildEnded, end_leftovers, run_child
from webapp.retraining.devices import leased_device
from webapp.retraining.models import RetrainingRun
from webapp.retraining.run_folder import RunFolder, command, learnt_from, prepared
from webapp.retraining.trained_on import keep_trained_on
from webapp.work.jobs.claim import Claim
from webapp.work.jobs.kinds import JobMustWait, JobPutBack, JobRefused, Result
from webapp.work.jobs.lease import Lease

logger = logging.getLogger(__name__)

STOPPED = "The worker for trainings was stopped; the training goes on after its last epoch when one is there again."
FULL = "The disk is full. Make room and let it go on: it continues after its last epoch."
stopping = threading.Event()  # set when this worker is asked to stop


def run_training(claim: Claim, lease: Lease) -> Result:
    """Raises JobRefused with a sentence for what stands in the way; the model in service is never touched."""
    run = RetrainingRun.objects.select_related("retraining__base", "retraining__project", "retraining__created_by")
    row = run.filter(job_id=claim.job.id).first()
    if row is None:
        raise JobRefused("retraining_missing", "What this job was to train no longer exists.")
    try:
        return _trained(row, lease)
    except OSError as fault:
        if is_disk_full(fault):
            raise JobRefused("disk_full", FULL) from fault
        raise


def _trained(row: RetrainingRun, lease: Lease) -> Result:
    retraining = row.retraining
    with leased_device() as device:
        if ended := end_leftovers(retraining.pk):
            logger.warning("%s: %d processes of an earlier worker ended", retraining.name, ended)
        place, card = prepared(retraining)
        RetrainingRun.objects.filter(pk=row.pk).update(device=device.name, data_card=card)
        keep_trained_on(row, learnt_from(place))
        if not place.bundle.is_file():
            arguments = command(retraining, place, device.arguments)
            try:
                run_child(arguments, retraining.pk, device, place.log, partial(_check, lease))
            except ChildEnded as ended_as:
                raise _refusal(ended_as) from ended_as
    lease.check()
    bundle = _added(row, place)
    return Result(write=partial(_write, row.pk, bundle, retraining.created_by))


def _check(lease: Lease) -> None:
    lease.check()
    if stopping.is_set():
        raise JobMustWait(STOPPED)


def _refusal(ended: ChildEnded) -> Exception:
    """What the end of the child means for the job."""
    if os.strerror(errno.ENOSPC) in ended.said:
        return JobRefused("disk_full", FULL)
    if ended.code < 0:
        return JobPutBack(
            "child_killed", f"The training was ended by signal {-ended.code}, as by a machine without memory."
        )
    return JobRefused("training_failed", f"The training ended: {ended.said or f'code {ended.code}'}")


def _added(row: RetrainingRun, place: RunFolder) -> DeployedBundle:
    """Its run is known from here on, also where the job is cancelled before its end: whom it learnt from hangs on it."""
    try:
        bundle = add_bundle(place.bundle, row.retraining.created_by, f"{row.retraining.name}'s bundle")
    except BundleRefused as refused:
        raise JobRefused("bundle_refused", str(refused)) from refused
    except BundleNotChecked as fault:
        raise JobPutBack("machine_fault", str(fault)) from fault
    RetrainingRun.objects.filter(pk=row.pk).update(bundle=bundle)
    return bundle


def _write(pk: UUID, bundle: DeployedBundle, person: Any) -> None:
    RetrainingRun.objects.filter(pk=pk).update(bundle=bundle, finished_at=timezone.now())
    audit.record(person, "retraining.finished", f"retraining:{pk}", purpose="training", bundle=bundle.bundle_id)
