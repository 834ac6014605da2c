"""Inputs of the `froc` command for one finding: raw marks, the lesions of the abnormal cases, and which cases were read.

A case that was not read, or whose image was called inadequate, is in no reading: it is missing and not empty.
"""

from collections.abc import Iterator

from reader_study.models import Case, Study, Truth
from reader_study.results.exports.scored_rows import scored_marks, scored_readings
from reader_study.services.freeze_truth import newest_truths
from webapp.csv_text import csv_text

READING_COLUMNS = ("reader", "test", "case")
MARK_COLUMNS = ("reader", "test", "case", "x", "y", "w", "h", "rating")
LESION_COLUMNS = ("case", "lesion", "weight", "x", "y", "w", "h")


def marks_csv(study: Study, finding: str, tests: list[str]) -> str:
    """Marks on cases of truth 0, and on cases of truth 1 with regions."""
    counted = _counted(study, finding)
    rows = []
    for reading, mark in scored_marks(study, finding):
        assignment = reading.assignment
        test = assignment.arm.test_name(reading.stage)
        if test in tests and assignment.case.code in counted:
            rows.append(
                (assignment.reader.code, test, assignment.case.code, mark.x, mark.y, mark.w, mark.h, mark.rating)
            )
    return csv_text(MARK_COLUMNS, sorted(rows))


def readings_csv(study: Study, finding: str, tests: list[str]) -> str:
    """The readings of those cases: locked, of the first replicate, of images that were not called inadequate."""
    counted = _counted(study, finding)
    rows = []
    for reading in scored_readings(study):
        assignment = reading.assignment
        test = assignment.arm.test_name(reading.stage)
        if test in tests and assignment.case.code in counted and not assignment.replicate and not reading.inadequate:
            rows.append((assignment.reader.code, test, assignment.case.code))
    return csv_text(READING_COLUMNS, sorted(rows))


def _counted(study: Study, finding: str) -> set[str]:
    return set(_normal(study, finding)) | {case for case, _ in _lesions(study, finding)}


def lesions_csv(study: Study, finding: str) -> str:
    """Regions of the cases of truth 1."""
    return csv_text(LESION_COLUMNS, [(case, *cells) for case, cells in _lesions(study, finding)])


def abnormal_without_region(study: Study, finding: str) -> int:
    """Cases of truth 1 without a region: they cannot enter a free-response analysis."""
    with_region = {case for case, _ in _lesions(study, finding)}
    return sum(truth.status == "1" and case not in with_region for case, truth in _scored(study, finding))


def _scored(study: Study, finding: str) -> Iterator[tuple[str, Truth]]:
    for (case, code), truth in sorted(newest_truths(study).items()):
        if code == finding and truth.case.role == Case.Role.SCORED:
            yield case, truth


def _normal(study: Study, finding: str) -> list[str]:
    return [case for case, truth in _scored(study, finding) if truth.status == "0"]


def _lesions(study: Study, finding: str) -> list[tuple[str, tuple[object, ...]]]:
    found: list[tuple[str, tuple[object, ...]]] = []
    for case, truth in _scored(study, finding):
        if truth.status == "1":
            regions = truth.regions.order_by("order")
            found += [(case, (one.order + 1, one.weight, one.x, one.y, one.w, one.h)) for one in regions]
    return found
