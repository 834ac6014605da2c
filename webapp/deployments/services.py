"""Add a bundle, put it in service, go back to the one before."""

import logging
import os
import time
import uuid
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from inference.bundle_child import check_in_child
from inference.bundle_error import BundleError
from webapp import audit
from webapp.accounts.models import User
from webapp.archive.models import Project
from webapp.archive.storage import is_disk_full
from webapp.deployments.models import DeployedBundle, ServiceChange
from webapp.durable import sync
from webapp.predictions.bundle_store import bundle_path
from webapp.predictions.requests import INFER
from webapp.work.jobs.finish import release_waiting

logger = logging.getLogger(__name__)

State = DeployedBundle.State
How = ServiceChange.How
VERBS = {How.PUT_IN_SERVICE: "activate_bundle", How.ROLLED_BACK: "roll_back_bundle"}
COPY_BYTES = 2**20
STALE_SECONDS = 3600.0  # a half copy this old was left by a process that died


class BundleRefused(Exception):
    """The file is not taken, or the step is not possible; the sentence is for the person who asked."""


class BundleNotChecked(Exception):
    """The machine, not the file, is at fault: no process, no memory, no room. The sentence is for the person who asked."""

    def __init__(self, shown_name: str, fault: OSError) -> None:
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


def activate(bundle: DeployedBundle, user: User | None) -> DeployedBundle:
    """Puts a bundle in service: it answers for every prediction that starts from now on; waiting ones start at once.

    Raises BundleRefused when its file is missing.
    """
    return _put_in_service(bundle, user, How.PUT_IN_SERVICE)


@transaction.atomic
def roll_back(user: User | None, leaving: DeployedBundle | None = None) -> DeployedBundle:
    """Puts the bundle in service that the present one replaced. Raises BundleRefused when there is none.

    `leaving`: the bundle that the person saw in service. Two people who press at once must not go back two steps, so
    it is compared under the lock that every change of service takes.
    """
    lock_service()
    current = DeployedBundle.objects.filter(state=State.ACTIVE).select_related("replaced").first()
    if leaving is not None and (current is None or leaving.pk != current.pk):
        raise BundleRefused(f"{leaving} is not in service; only the model in service can be rolled back.")
    if current is None:
        raise BundleRefused("No model is in service, so there is nothing to roll back.")
    if current.replaced is None:
        raise BundleRefused(f"{current} replaced no other model, so there is nothing to roll back to.")
    return _put_in_service(current.replaced, user, How.ROLLED_BACK)


def _put_in_service(bundle: DeployedBundle, user: User | None, how: How) -> DeployedBundle:
    if not bundle_path(bundle.bundle_id).is_file():
        raise BundleRefused(f"The file of {bundle} ({bundle.short_id}) is missing from the store; add it again.")
    with transaction.atomic():
        lock_service()
        current = DeployedBundle.objects.filter(state=State.ACTIVE).exclude(pk=bundle.pk).first()
        DeployedBundle.objects.filter(state=State.ACTIVE).update(state=State.RETIRED)
        bundle.refresh_from_db()
        if how == How.PUT_IN_SERVICE and current is not None:
            bundle.replaced = current
        bundle.state = State.ACTIVE
        bundle.activated_at = timezone.now()
        bundle.activated_by = user
        bundle.taken_out_at, bundle.taken_out_why, bundle.came_back_at = None, "", None
        bundle.save()
        released = name_in_projects(bundle, how, user, bundle.activated_at)
        before = current.bundle_id if current else ""
        audit.record(user, VERBS[how], f"bundle:{bundle.bundle_id}", before=before, released=released)
    return bundle


def name_in_projects(bundle: DeployedBundle | None, how: How, user: User | None, now: datetime, why: str = "") -> int:
    """One model serves all projects, from now on this one; the number of waiting jobs that it releases. Call under lock_service."""
    Project.objects.update(active_bundle=bundle.bundle_id if bundle else "")
    for project in Project.objects.annotate(last=Max("service_changes__number")):
        number = (project.last or 0) + 1
        ServiceChange(
            project=project, number=number, bundle=bundle, how=how, why=why, created_at=now, created_by=user
        ).save()
    return release_waiting(INFER) if bundle else 0


def lock_service() -> None:
    """One change of the model in service at a time, until the transaction ends."""
    Project.objects.select_for_update().get(pk=Project.default().pk)


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
