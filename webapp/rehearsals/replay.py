"""After the verdict: the maps of what the candidate misses newly, then every reviewed case besides the reference set, turn by turn.
What is stored before is never run again; a case that cannot be run is kept as a fault, and the others go on."""

from collections.abc import Callable, Sequence
from functools import partial
from itertools import islice
from typing import TypeVar
from uuid import UUID

from django.db import transaction

from webapp import audit
from webapp.accounts.models import User
from webapp.accounts.policy import may_ask_rehearsal
from webapp.archive.models import Image
from webapp.archive.storage import IntegrityMismatch
from webapp.rehearsals.answering import Turn, shelf
from webapp.rehearsals.ask import LOWEST, REHEARSE, RehearsalRefused, last_job
from webapp.rehearsals.models import (
    CaseOutput,
    MissMap,
    Rehearsal,
    ReplayedCase,
    ReplayFault,
    ReplayReport,
    ReplayRetry,
)
from webapp.rehearsals.replay_report import replay_report
from webapp.rehearsals.replayed_cases import cases_to_replay
from webapp.work.jobs.cancel import retry as retry_job
from webapp.work.jobs.create import create_job
from webapp.work.jobs.kinds import JobRefused, Result
from webapp.work.jobs.lease import JobCancelled, LeaseLost

REPLAY = LOWEST - 1  # behind every verdict that waits
AT_A_TIME = 500  # answers that a turn looks ahead to
MOST_MAPS = 200  # misses of which maps are kept
WHOLE_MODEL = ("bundle_taken_out", "bundle_unavailable")  # no case is at fault
T = TypeVar("T")
Pair = tuple[Image, str, str]  # image, bundle id, hash of the stored file when the case was chosen


def replay_turn(turn: Turn) -> Result:
    """One turn after the verdict. Raises JobRefused where a bundle cannot be run."""
    rehearsal = turn.rehearsal
    maps = missing_maps(rehearsal)
    if maps:
        return Result(write=partial(_store, rehearsal, _some_maps(turn, maps), ()))
    tried = rounds(rehearsal)
    if rehearsal.replays.filter(round=tried).exists():  # type: ignore[attr-defined]
        return Result()
    if not rehearsal.replayed.exists() and (cases := cases_to_replay(rehearsal)):  # type: ignore[attr-defined]
        return Result(write=partial(_begin, rehearsal, cases))
    waiting = missing_cases(rehearsal, tried)
    if waiting:
        return Result(write=partial(_store, rehearsal, *_some_cases(turn, waiting, tried)))
    shelf.clear()
    report = replay_report(rehearsal)
    return Result(write=partial(_report, rehearsal, tried, report))


def queue_replay(rehearsal: Rehearsal) -> None:
    """The next turn."""
    done = sum(rows.count() for rows in (rehearsal.outputs, rehearsal.maps, rehearsal.replayed, rehearsal.faults))  # type: ignore[attr-defined]
    key = f"{REHEARSE}:{rehearsal.pk}:replay:{rounds(rehearsal)}:{done}"
    create_job(REHEARSE, {"rehearsal": str(rehearsal.pk)}, key, REPLAY)


def rounds(rehearsal: Rehearsal) -> int:
    """How often all that failed was tried again."""
    count: int = rehearsal.retries.count()  # type: ignore[attr-defined]
    return count


def failed_cases(rehearsal: Rehearsal) -> dict[str, int]:
    """Code -> reviewed cases that could not be answered in the last round."""
    rows = rehearsal.faults.filter(round=rounds(rehearsal)).order_by("created_at")  # type: ignore[attr-defined]
    codes = {row.image_id: row.code for row in rows}
    return {code: list(codes.values()).count(code) for code in sorted(set(codes.values()))}


@transaction.atomic
def retry_failed(user: User, rehearsal: Rehearsal) -> int:
    """How many cases are tried again; 0 where a turn was given up, which goes on. Raises RehearsalRefused (403, 409)."""
    RehearsalRefused.require(may_ask_rehearsal(user))
    Rehearsal.objects.select_for_update().get(pk=rehearsal.pk)  # one retry at a time
    job = last_job(rehearsal)
    if job is not None and hasattr(rehearsal, "verdict") and retry_job(job.pk):
        audit.record(user, "rehearsal.go_on", f"bundle:{rehearsal.candidate_id}", number=rehearsal.number)
        return 0
    failed = sum(failed_cases(rehearsal).values())
    if not rehearsal.replays.filter(round=rounds(rehearsal)).exists():  # type: ignore[attr-defined]
        raise RehearsalRefused("under_way", f"{rehearsal.code.capitalize()} still goes through its reviewed cases.")
    if not failed:
        raise RehearsalRefused("none_failed", f"No reviewed case of {rehearsal.code} failed.")
    ReplayRetry(rehearsal=rehearsal, created_by=user).save()
    queue_replay(rehearsal)
    audit.record(user, "rehearsal.retry", f"bundle:{rehearsal.candidate_id}", number=rehearsal.number, cases=failed)
    return failed


def missing_maps(rehearsal: Rehearsal) -> list[tuple[Image, str, str, str]]:
    """(image, bundle id, finding, hash) of new misses without a kept map, of the first MOST_MAPS."""
    there = set(rehearsal.maps.values_list("image_id", "finding", "bundle_id"))  # type: ignore[attr-defined]
    misses = rehearsal.verdict.report["misses"][:MOST_MAPS]  # type: ignore[attr-defined]
    wanted = [(UUID(one["image"]), one["finding"], bundle) for one in misses for bundle in rehearsal.bundles]
    left = [one for one in wanted if one not in there]
    if not left:
        return []
    rows = rehearsal.reference_set.images.filter(image__in={one[0] for one in left})  # type: ignore[attr-defined]
    chosen = {row.image_id: row for row in rows.select_related("image__project")}
    return [(chosen[key].image, bundle, finding, chosen[key].stored_sha256) for key, finding, bundle in left]


def missing_cases(rehearsal: Rehearsal, tried: int) -> list[Pair]:
    """What has neither an output nor a fault of this round; at most AT_A_TIME, so that a turn costs the same with 5,000 cases."""
    there = set(rehearsal.outputs.values_list("image_id", "bundle_id"))  # type: ignore[attr-defined]
    there |= set(rehearsal.faults.filter(round=tried).values_list("image_id", "bundle_id"))  # type: ignore[attr-defined]
    rows = rehearsal.replayed.order_by("image_id").values_list("image_id", "stored_sha256")  # type: ignore[attr-defined]
    pairs = ((key, bundle, sha256) for key, sha256 in rows for bundle in rehearsal.bundles)
    left = list(islice((one for one in pairs if one[:2] not in there), AT_A_TIME))
    images = Image.objects.select_related("project").in_bulk({key for key, *_ in left})
    return [(images[key], bundle, sha256) for key, bundle, sha256 in left]


def _some_maps(turn: Turn, waiting: Sequence[tuple[Image, str, str, str]]) -> list[MissMap]:
    rows: list[MissMap] = []
    for image, bundle_id, finding, stored_sha256 in waiting:
        found = _tried(partial(turn.map_of, image, bundle_id, finding, stored_sha256))
        if isinstance(found, str):
            why = f"It could not be computed: {found}."
            found = MissMap(rehearsal=turn.rehearsal, image=image, finding=finding, bundle_id=bundle_id, why_none=why)
        rows.append(found)
        if turn.is_over:
            break
    return rows


def _some_cases(turn: Turn, waiting: Sequence[Pair], tried: int) -> tuple[list[CaseOutput], list[ReplayFault]]:
    rows: list[CaseOutput] = []
    faults: list[ReplayFault] = []
    for image, bundle_id, stored_sha256 in waiting:
        found = _tried(partial(turn.output, image, bundle_id, {}, stored_sha256))
        if isinstance(found, CaseOutput):
            rows.append(found)
        else:
            faults.append(
                ReplayFault(
                    rehearsal=turn.rehearsal, image=image, bundle_id=bundle_id, round=tried, code=str(found)[:64]
                )
            )
        if turn.is_over:
            break
    return rows, faults


def _tried(work: Callable[[], T]) -> T | str:
    """What it gives, or the code of what stood in the way of this one case."""
    try:
        return work()
    except (LeaseLost, JobCancelled):
        raise
    except IntegrityMismatch:
        return "image_changed"
    except JobRefused as refused:
        if refused.code in WHOLE_MODEL:
            raise
        return refused.code
    except Exception as problem:
        return str(getattr(problem, "code", "") or type(problem).__name__)


def _begin(rehearsal: Rehearsal, cases: Sequence[ReplayedCase]) -> None:
    ReplayedCase.objects.bulk_create(cases)
    queue_replay(rehearsal)


def _store(rehearsal: Rehearsal, rows: Sequence[CaseOutput] | Sequence[MissMap], faults: Sequence[ReplayFault]) -> None:
    if rows:
        type(rows[0]).objects.bulk_create(rows)  # type: ignore[arg-type]
    ReplayFault.objects.bulk_create(faults)
    queue_replay(rehearsal)


def _report(rehearsal: Rehearsal, tried: int, report: dict[str, object]) -> None:
    ReplayReport(rehearsal=rehearsal, round=tried, report=report).save()
