"""Whether the database and the folders of files take a write now: tried, not guessed from free space or permissions."""

import os
from pathlib import Path

from django.conf import settings
from django.db import Error
from django.utils import timezone

from webapp.database_faults import DatabaseFault, passing_fault
from webapp.database_wait import impatient_transaction
from webapp.work.models import WriteTrial

PATIENCE_SECONDS = 1.0  # for another's lock: who asks whether we are ready does not wait for 20 s
FILE_NAME = "write-trial"  # one name: what a killed process leaves is written over
FILE_BYTES = 4096  # one block: an empty file would fit on a full disk


def database_problems() -> list[str]:
    """What is wrong in words; nothing when one row, always the same, was written and committed."""
    try:
        with impatient_transaction(PATIENCE_SECONDS):
            row = WriteTrial(pk=1, at=timezone.now())
            WriteTrial.objects.bulk_create([row], update_conflicts=True, update_fields=["at"], unique_fields=["id"])
    except Error as problem:
        if passing_fault(problem) is DatabaseFault.BUSY:
            return ["the database takes no write: another program has locked it"]
        return ["the database takes no write"]
    return []


def folder_problems() -> list[str]:
    """One sentence for each folder of files that takes none. Names the folder, not where it lies."""
    folders = {"incoming": settings.INCOMING_DIR, "store": settings.STORE_DIR}
    found = ((name, _refusal_of(Path(folder))) for name, folder in folders.items())
    return [f"the folder {name} takes no file: {refusal}" for name, refusal in found if refusal]


def _refusal_of(folder: Path) -> str | None:
    path = folder / FILE_NAME
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            os.write(descriptor, bytes(FILE_BYTES))
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
            path.unlink(missing_ok=True)
    except OSError as problem:
        return problem.strerror or type(problem).__name__
    return None
