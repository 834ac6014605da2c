"""The `ingest_zip` job: the members of a received zip go through the archive's door one by one."""

from functools import partial

from webapp.archive.zip.ingest import abandon_zips, ingest_zip_members
from webapp.work.jobs.claim import Claim
from webapp.work.jobs.kinds import Result
from webapp.work.jobs.lease import JobCancelled, Lease, LeaseLost
from webapp.work.models import Job


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
