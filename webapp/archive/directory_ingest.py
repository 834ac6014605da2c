"""Ingesting a folder: every file below it through the one door, zips member by member."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from webapp.archive.file_names import shown_path
from webapp.archive.ingest import IngestOutcome, Sender, ingest_file, is_zip
from webapp.archive.models import Project, UploadItem
from webapp.archive.reasons import Reason, reason
from webapp.archive.zip.directory import ZipRefused, files_of, member_refusal, open_zip
from webapp.archive.zip.members import Budget, member_chunks


@dataclass(frozen=True)
class FileReport:
    """One file (or zip member) and what became of it. name: relative to the folder."""

    name: str
    outcome: IngestOutcome


def files_below(folder: Path) -> list[Path]:
    """Regular files, sorted, hidden ones too: an image may be called `.DS_Store`. Symbolic links are left out."""
    return sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def ingest_path(path: Path, name: str, project: Project) -> Iterator[FileReport]:
    """The outcomes of one file: one, or one per member of a zip. A file that cannot be read is reported as such."""
    try:
        if is_zip(path):
            yield from _ingest_zip(path, name, project)
        else:
            yield FileReport(name, ingest_file(path, Sender(project, None, "directory", shown_path(name))))
    except ZipRefused as error:
        yield FileReport(name, _refused(error.reason))
    except PermissionError:
        yield FileReport(name, _refused(reason("unreadable")))


def _ingest_zip(path: Path, name: str, project: Project) -> Iterator[FileReport]:
    budget = Budget(path.stat().st_size)
    with open_zip(path) as archive:
        for _, info in files_of(archive):
            member = shown_path(info.filename)
            why = member_refusal(info)
            try:
                sender = Sender(project, None, "zip", member)
                outcome = _refused(why) if why else ingest_file(member_chunks(archive, info, budget), sender)
            except ZipRefused as error:
                outcome = _refused(error.reason)
            yield FileReport(f"{name}/{member}", outcome)


def _refused(why: Reason) -> IngestOutcome:
    return IngestOutcome(UploadItem.Status.QUARANTINED, why, why.http)
