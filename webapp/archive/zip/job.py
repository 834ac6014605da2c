"""The `ingest_zip` job: the members of a received zip go through the archive's door one by one."""

from functools import partial

from webapp.archive.models import Upload
from webapp.archive.zip.ingest import abandon_zips, ingest_zip_members
from webapp.work.jobs.claim import Claim
from webapp.work.jobs.create import WATCHED, create_job
from webapp.work.jobs.kinds import Result
from webapp.work.jobs.lease import JobCancelled, Lease, LeaseLost
from webapp.work.models import Job

INGEST_ZIP = "ingest_zip"
LIMIT_SECONDS = 3600.0  # 2,000 members at one to two seconds each


def create_zip_job(upload: Upload) -> Job:
    """Job for an upload that holds a zip; call inside the transaction that stores the upload.

    An upload that gets a second zip gets a second job: the key counts its containers.
    """
    containers = upload.items.filter(is_container=True).count()
    key = f"{INGEST_ZIP}:{upload.pk}:{containers}"
    return create_job(INGEST_ZIP, {"upload": str(upload.pk)}, key, WATCHED)


def run(claim: Claim, lease: Lease) -> Result:
    """Every member is committed as it is done, so a killed run is resumed by the next attempt."""
    ingest_zip_members(claim.job.payload["upload"], keep_going=partial(_is_ours, lease))
    lease.check()
    return Result()


def report_abandoned(job: Job) -> None:
    """A zip whose job failed or was cancelled: its report says so for every member that is still pending."""
    abandon_zips(job.payload["upload"])


def _is_ours(lease: Lease) -> bool:
    try:
        lease.check()
    except (LeaseLost, JobCancelled):
        return False
    return True
