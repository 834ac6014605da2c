"""Add a bundle, put it in service in one project or in all, go back to the one before."""

import errno
import logging
import os
import time
import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from inference.bundle_child import check_in_child
from inference.bundle_error import BundleError
from inference.file_sha256 import file_sha256
from webapp import audit
from webapp.accounts.models import User
from webapp.archive.models import Project
from webapp.archive.storage import is_disk_full
from webapp.deployments.activation_gates import refusals
from webapp.deployments.in_service import bundle_in_service, named, way_back
from webapp.deployments.models import DeployedBundle, ServiceChange
from webapp.durable import sync
from webapp.predictions.bundle_store import bundle_path
from webapp.predictions.requests import INFER, jobs_of_others
from webapp.work.jobs.finish import release_waiting

logger = logging.getLogger(__name__)

How = ServiceChange.How
VERBS = {How.PUT_IN_SERVICE: "activate_bundle", How.ROLLED_BACK: "roll_back_bundle"}
COPY_BYTES = 2**20
MOST_REASON = 500
STALE_SECONDS = 3600.0  # a half copy this old was left by a process that died


class BundleRefused(Exception):
    """The file is not taken, or the step is not possible; the sentence is for the person who asked."""


class GateRefused(BundleRefused):
    """A room above speaks against it. told: each project with its sentences."""

    def __init__(self, bundle: DeployedBundle, told: list[tuple[Project, str]]) -> None:
        self.told = told
        sentences = " ".join(f"{project.name}: {sentence}" for project, sentence in told)
        super().__init__(f"{bundle} was not put in service. {sentences}")


class BundleNotChecked(Exception):
    """The machine, not the file, is at fault: no process, no memory, no room. The sentence is for the person who asked."""

    def __init__(self, shown_name: str, fault: OSError) -> None:
        if fault.errno == errno.ELIBACC:
            super().__init__(
                f"{shown_name} could not be checked: a library that the server needs for it is missing or does not load. "
                "Nothing was kept. Tell whoever keeps the server; until it is mended, sending it again changes nothing."
            )
            return
        why = "its disk is full" if is_disk_full(fault) else (fault.strerror or "a fault of the machine").lower()
        super().__init__(
            f"{shown_name} could not be checked: the server had no means for it just now ({why}). Nothing was kept; "
            "send it again later, or tell whoever keeps the server."
        )


def add_bundle(source: Path, user: User | None, shown_name: str = "") -> DeployedBundle:
    """Copies the file into the store, has it checked and its self-check replayed in a child, and registers it.

    `shown_name` stands in messages for a source that has a random name.
    A bundle that is already registered is returned as it is. Raises BundleRefused with the sentence of the check
    that failed, BundleNotChecked for a fault of the machine; then neither a row nor a file remains.
    """
    copy = _copy_into_store(source, shown_name or source.name)
    try:
        bundle = check_in_child(copy)
    except OSError as problem:
        copy.unlink(missing_ok=True)
        logger.warning("a bundle could not be checked: %s", problem.strerror)
        raise BundleNotChecked(shown_name or source.name, problem) from problem
    except BundleError as problem:
        copy.unlink(missing_ok=True)
        audit.record(user, "refuse_bundle", "bundle", check=problem.check)
        raise BundleRefused(f"{shown_name or source.name}: {problem.check}: {problem.message}") from problem
    except BaseException:
        copy.unlink(missing_ok=True)
        raise
    size = copy.stat().st_size
    target = bundle_path(bundle.id)
    copy.replace(target)
    sync(target.parent)
    with transaction.atomic():
        row, is_new = DeployedBundle.objects.get_or_create(
            bundle_id=bundle.id,
            defaults={
                "name": bundle.name,
                "version": bundle.version,
                "manifest": bundle.manifest,
                "card": bundle.card,
                "selfcheck": {"passed": True, "at": timezone.now().isoformat()},
                "bytes": size,
                "added_by": user,
            },
        )
        if is_new:
            audit.record(user, "add_bundle", f"bundle:{bundle.id}", bytes=size)
    return row


def activate(
    bundle: DeployedBundle,
    user: User | None,
    project: Project | None = None,
    *,
    why: str = "",
    seen: Mapping[str, str] | None = None,
) -> DeployedBundle:
    """Puts a bundle in service in one project, or in all: it answers there for every prediction that starts from now on; waiting
    ones start at once. In all or in none of them: everything happens in one transaction.

    why: a person's reason, kept with the change. seen: slug of a project -> id of the bundle that the person saw in service there,
    empty for none. Raises BundleRefused where another is in service by now, when a gate speaks against it, and when the file is
    missing or no longer the one that was added.
    """
    why = checked_reason(why)
    seconds = check_file(bundle)
    try:
        with transaction.atomic():
            projects = _locked(project)
            _refuse_unseen(projects, seen or {})
            _ask_gates(bundle, projects, user)
            _change(projects, bundle, How.PUT_IN_SERVICE, user, why, {bundle.pk: seconds})
    except GateRefused as refused:  # outside the transaction, which is undone
        for one, sentence in refused.told:
            audit.record(user, "refuse_activation", f"bundle:{bundle.pk}", project=one.slug, why=sentence)
        raise
    bundle.refresh_from_db()
    return bundle


def roll_back(
    user: User | None, leaving: DeployedBundle | None = None, project: Project | None = None, *, why: str = ""
) -> list[ServiceChange]:
    """A project, or every project, goes back to what it had before; the changes, one for each project that went back. One that had
    nothing before stays as it is.

    leaving: the bundle that the person saw in service: only projects in which it still answers go back. Two people who press at
    once must not go back two steps, so it is compared under the lock that every change of service takes. Raises BundleRefused when
    no project can go back, and when the file of what would come back is missing or no longer the one that was added.
    """
    why = checked_reason(why)
    seconds = {bundle.pk: check_file(bundle) for bundle in _ways_back(leaving, project).values()}
    with transaction.atomic():
        lock_service()
        ways = _ways_back(leaving, project)
        if any(bundle.pk not in seconds for bundle in ways.values()):
            raise BundleRefused("The model in service was changed in this moment. Nothing was rolled back: look again.")
        return [
            change
            for one, bundle in ways.items()
            for change in _change([one], bundle, How.ROLLED_BACK, user, why, seconds)
        ]


def _ways_back(leaving: DeployedBundle | None, project: Project | None) -> dict[Project, DeployedBundle]:
    """What each project goes back to. Raises BundleRefused when there is none."""
    projects = [one for one in _fresh(project) if one.active_bundle]
    if leaving is not None:
        projects = [one for one in projects if one.active_bundle == leaving.pk]
        if not projects:
            where = f" in {project.name}" if project else ""
            raise BundleRefused(f"{leaving} is not in service{where}; only the model in service can be rolled back.")
    if not projects:
        raise BundleRefused("No model is in service, so there is nothing to roll back.")
    ways = {one: path[0] for one in projects if (path := way_back(one))}
    if not ways:
        raise BundleRefused(
            f"{bundle_in_service(projects[0])} replaced no other model in {named(projects)}, so there is nothing to roll back to."
        )
    return ways


def check_file(bundle: DeployedBundle) -> float:
    """Reads the whole file in the store and compares its hash with the id; the seconds that it took. Call it before the lock is
    taken: 2 GiB take a while. Raises BundleRefused when it is missing or another."""
    started = time.monotonic()
    try:
        found = file_sha256(bundle_path(bundle.bundle_id))
    except FileNotFoundError:
        raise BundleRefused(
            f"The file of {bundle} ({bundle.short_id}) is missing from the store; add it again."
        ) from None
    except OSError as problem:
        raise BundleRefused(
            f"The file of {bundle} ({bundle.short_id}) cannot be read: {problem.strerror}. Nothing was changed."
        ) from problem
    if found != bundle.bundle_id:
        raise BundleRefused(
            f"The file of {bundle} ({bundle.short_id}) is no longer the one that was added: its SHA-256 begins with {found[:12]}. "
            "It is half copied or was altered. Nothing was changed; add the file again."
        )
    return time.monotonic() - started


def checked_reason(why: str) -> str:
    """Raises BundleRefused for one that is too long."""
    why = " ".join(why.split())
    if len(why) > MOST_REASON:
        raise BundleRefused(
            f"The reason has {len(why)} characters; at most {MOST_REASON} are kept. Nothing was changed."
        )
    return why


def _refuse_unseen(projects: Iterable[Project], seen: Mapping[str, str]) -> None:
    for project in projects:
        if seen.get(project.slug, project.active_bundle) != project.active_bundle:
            now, last = bundle_in_service(project), project.service_changes.select_related("created_by").first()  # type: ignore[attr-defined]
            model = f"{now} ({now.short_id}) is" if now else "no model is"
            since = f", since {last.created_at:%Y-%m-%d %H:%M:%S} by {last.who}" if last else ""
            raise BundleRefused(
                f"In {project.name} {model} in service by now{since}: not what you saw. Nothing was changed; look again."
            )


def _ask_gates(bundle: DeployedBundle, projects: list[Project], user: User | None) -> None:
    told = refusals(bundle, projects, user)
    if told:
        raise GateRefused(bundle, told)


def _change(
    projects: Iterable[Project],
    bundle: DeployedBundle,
    how: How,
    user: User | None,
    why: str,
    seconds: Mapping[str, float],
) -> list[ServiceChange]:
    """A person's change, with its audit event per project. Call under lock_service."""
    now = timezone.now()
    DeployedBundle.objects.filter(pk=bundle.pk).update(
        activated_at=now, activated_by=user, taken_out_at=None, taken_out_why="", came_back_at=None,
        file_checked_at=now, file_check_seconds=seconds[bundle.pk],
    )  # fmt: skip
    changes = []
    for project in projects:
        before = project.active_bundle
        change, released = change_service(project, bundle, how, user, now, why)
        audit.record(
            user, VERBS[how], f"bundle:{bundle.pk}", project=project.slug, before=before, why=why, released=released
        )
        changes.append(change)
    return changes


def change_service(
    project: Project, bundle: DeployedBundle | None, how: How, user: User | None, now: datetime, why: str = ""
) -> tuple[ServiceChange, int]:
    """From now on this one answers in the project, or none; with the number of its waiting jobs that run now. Call under
    lock_service."""
    project.active_bundle = bundle.pk if bundle else ""
    project.save(update_fields=["active_bundle"])
    last = ServiceChange.objects.filter(project=project).aggregate(last=Max("number"))["last"] or 0
    change = ServiceChange(
        project=project, number=last + 1, bundle=bundle, how=how, why=why, created_at=now, created_by=user
    )
    change.save()
    return change, release_waiting(INFER, apart_from=jobs_of_others(project)) if bundle else 0


def lock_service() -> None:
    """One change of the model in service at a time, until the transaction ends."""
    Project.objects.select_for_update().get(pk=Project.default().pk)


def _locked(project: Project | None) -> list[Project]:
    lock_service()
    return _fresh(project)


def _fresh(project: Project | None) -> list[Project]:
    """The one, or all, as stored now."""
    rows = Project.objects.order_by("name", "slug")
    return list(rows.filter(pk=project.pk) if project else rows)


def _copy_into_store(source: Path, shown_name: str) -> Path:
    """A synced copy under a name of its own, in the folder where it will stay, so that the rename is atomic."""
    folder: Path = settings.BUNDLE_DIR
    folder.mkdir(parents=True, exist_ok=True)
    _remove_stale(folder)
    copy = folder / f"{uuid.uuid4()}.incoming"
    try:
        with source.open("rb") as reader, copy.open("wb") as writer:
            while chunk := reader.read(COPY_BYTES):
                writer.write(chunk)
            writer.flush()
            os.fsync(writer.fileno())
    except OSError as problem:
        copy.unlink(missing_ok=True)
        if is_disk_full(problem):
            raise BundleNotChecked(shown_name, problem) from problem
        raise BundleRefused(f"{shown_name} cannot be copied into the store: {problem.strerror}") from problem
    return copy


def _remove_stale(folder: Path) -> None:
    for path in folder.glob("*.incoming"):
        if time.time() - path.stat().st_mtime > STALE_SECONDS:
            path.unlink(missing_ok=True)
