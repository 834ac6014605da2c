"""Writes a training set file by file: images, then the tables. One image is in memory at a time.

What cannot be read or must not leave is left out and listed; an export never fails for one image.
"""

import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.utils import timezone

from inference.dicom.refusal import DicomRefusal
from webapp import audit
from webapp.accounts.policy import Person, may_export_training_set, require
from webapp.archive.children import MachineFault
from webapp.archive.deidentify.release import NotReleased, Releases
from webapp.archive.models import Image, Project
from webapp.archive.storage import IntegrityMismatch, StorageFull
from webapp.reviews.finding_terms import finding_terms
from webapp.training_set.data_card import FILE, data_card
from webapp.training_set.select_cases import (
    LeftOut,
    OtherFinding,
    ReviewedCase,
    Selection,
    is_under_way,
    select_cases,
)
from webapp.training_set.tables import CaseRow, OtherRow, cases_csv, left_out_csv, other_findings_csv, readme

PURPOSE = "training set"
DAMAGED = "the stored file is missing or is not the one that was stored"


class NothingToExport(Exception):
    """No image would be in the training set. left_out: why."""

    def __init__(self, left_out: tuple[LeftOut, ...]) -> None:
        super().__init__("no reviewed image can be exported")
        self.left_out = left_out


@dataclass
class TrainingSet:
    """An export while it is written. rows, written (the image of each row) and left_out are complete when `files` has ended."""

    person: Person | None
    project: Project
    selection: Selection
    rows: list[CaseRow] = field(default_factory=list)
    written: list[Image] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)

    def files(self) -> Iterator[tuple[str, bytes]]:
        """(path in the folder, content): images/*.dcm, other_findings.csv (if any), left_out.csv, readme.txt, croissant.json,
        cases.csv."""
        self.left_out = list(self.selection.left_out)
        with Releases(self.project) as releases:
            for case in self.selection.cases:
                content = self._copied(case, releases)
                if content is not None:
                    yield self.rows[-1].file, content
        findings = [name for name in self.selection.findings if any(name in row.labels for row in self.rows)]
        table = cases_csv(self.rows, findings or self.selection.findings).encode()
        self._record("training_set.exported", cases_sha256=hashlib.sha256(table).hexdigest(), written=len(self.rows))
        tables = {"left_out.csv": left_out_csv(self.left_out).encode()}
        if any(row.others for row in self.rows):
            tables["other_findings.csv"] = other_findings_csv(self.rows).encode()
        yield from tables.items()
        yield "readme.txt", readme(self.rows, self.left_out, findings).encode()
        name = f"Reviewed cases of {self.project.name}"
        every = {"cases.csv": table, **tables}
        yield (
            FILE,
            data_card(name, self.rows, self.left_out, every, findings or self.selection.findings, timezone.now()),
        )
        yield "cases.csv", table  # last: a folder without it is not whole

    def _copied(self, case: ReviewedCase, releases: Releases) -> bytes | None:
        """The copy, with its row added; None with a line of left_out added."""
        image = case.image
        if is_under_way(image):  # a study has opened since the selection
            return None
        try:
            copy = releases.copy(image)
        except NotReleased as refused:
            self._leave_out(case, refused.code, refused.text)
        except IntegrityMismatch:
            self._leave_out(case, "damaged", DAMAGED)
        except DicomRefusal as refused:
            self._leave_out(case, "unreadable", refused.code)
        except (MachineFault, StorageFull):
            self._leave_out(case, "machine_fault", "the server could not read it; try again")
        else:
            # Neither name nor hash of the copy: both lead from the image to its pseudonym.
            audit.record(self.person, "image.export_deidentified", f"image:{image.pk}", purpose=PURPOSE)
            codes = (*map(releases.key.reader, case.readers), *case.sources)
            name, digest = releases.key.image(image.pk), hashlib.sha256(copy.content).hexdigest()
            view = image.view if image.view in ("PA", "AP") else ""  # frontal alone does not say which
            others = tuple(_other(one, releases) for one in case.others)
            row = CaseRow(f"images/{name}.dcm", digest, copy.patient, view, case.labels, codes, case.bundles, others)
            self.rows.append(row)
            self.written.append(image)
            return copy.content
        return None

    def _leave_out(self, case: ReviewedCase, code: str, text: str) -> None:
        self.left_out.append(LeftOut(case.image.code, code, text))

    def _record(self, verb: str, **details: object) -> None:
        audit.record(self.person, verb, f"project:{self.project.pk}", purpose=PURPOSE, **details)


def _other(seen: OtherFinding, releases: Releases) -> OtherRow:
    title = finding_terms().title(seen.term)
    return OtherRow(seen.term, title, seen.terms_version, seen.place, releases.key.reader(seen.reader))


def start_export(person: Person | None, project: Project) -> TrainingSet:
    """The training set, its files not yet made; the start is an audit event. Raises PermissionDenied, NothingToExport.

    person: None is the command line of the machine.
    """
    if person is not None:
        require(may_export_training_set(person))
    selection = select_cases(person, project)
    if not selection.cases:
        raise NothingToExport(selection.left_out)
    made = TrainingSet(person, project, selection)
    made._record("training_set.export", selected=len(selection.cases), left_out=len(selection.left_out))
    return made


def write_folder(made: TrainingSet, folder: Path) -> None:
    """Everything in a new folder, or nothing: written beside it and renamed. Raises FileExistsError, OSError."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FileExistsError(f"{folder} exists and is not an empty folder")
    folder.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))  # 0700
    try:
        (beside / "images").mkdir()
        for name, content in made.files():
            (beside / name).write_bytes(content)
        beside.replace(folder)
    except BaseException:
        shutil.rmtree(beside, ignore_errors=True)
        raise
