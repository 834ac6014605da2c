"""cases.csv as training/data/reviewed.py reads it, left_out.csv, and the text that goes with them."""

import csv
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import StringIO
from typing import NamedTuple

from webapp.reviews.review_table import NOTICE
from webapp.training_set.labels import Label, Place
from webapp.training_set.select_cases import LeftOut

KIND_COLUMNS = ("kinds", "unaided", "draw_probability")
LEFT_OUT_COLUMNS = ("case", "reason", "text")
OTHERS_COLUMNS = ("file", "term", "title", "terms_version", "x", "y", "w", "h", "reader")


class OtherRow(NamedTuple):
    """Something that a reader saw and the model has no finding for. reader: code; place: None without a box."""

    term: str
    title: str
    terms_version: int
    place: Place | None
    reader: str


@dataclass(frozen=True)
class CaseRow:
    """One written image. readers: codes; bundles: SHA-256 of those whose answers were reviewed."""

    file: str
    sha256: str
    patient: str
    view: str
    labels: dict[str, Label]
    readers: Sequence[str]
    bundles: Sequence[str]
    others: Sequence[OtherRow] = ()


def cases_csv(rows: Iterable[CaseRow], findings: Sequence[str]) -> str:
    """One column per finding: 1, 0, -1 (uncertain) or blank (not judged)."""
    lines = [["file", "sha256", "patient", "view", *findings, "boxes", *KIND_COLUMNS, "readers", "bundle"]]
    for row in rows:
        cells = [str(row.labels[name].value) if name in row.labels else "" for name in findings]
        readers, bundles = " ".join(row.readers), " ".join(row.bundles)
        lines.append(
            [
                row.file,
                row.sha256,
                row.patient,
                row.view,
                *cells,
                _boxes(row.labels),
                *_kinds(row.labels),
                readers,
                bundles,
            ]
        )
    return _csv(lines)


def left_out_csv(left_out: Iterable[LeftOut]) -> str:
    return _csv([list(LEFT_OUT_COLUMNS), *([one.case, one.code, one.text] for one in left_out)])


def other_findings_csv(rows: Iterable[CaseRow]) -> str:
    """What readers saw beyond the model's findings, boxes in source pixels. An image without a line was not searched for it."""
    lines = [list(OTHERS_COLUMNS)]
    for row in rows:
        for one in row.others:
            sides = [f"{side:.10g}" for side in one.place] if one.place else [""] * 4
            lines.append([row.file, one.term, one.title, str(one.terms_version), *sides, one.reader])
    return _csv(lines)


def readme(rows: Sequence[CaseRow], left_out: Sequence[LeftOut], findings: Sequence[str]) -> str:
    """Counts, and what the files are."""
    lines = [
        NOTICE,
        f"{len(rows)} images of {len({row.patient for row in rows})} patients, de-identified; read by: python -m training"
        " data check FOLDER",
        "labels: 1 present, 0 absent, -1 uncertain or readers disagree, blank not judged; boxes finding:x,y,w,h in source"
        " pixels",
    ]
    lines += [
        f"kinds of labels: {', '.join(f'{kind} {n}' for kind, n in sorted(kind_counts(rows).items()))}; kinds finding:kind ("
        "unaided: said before the model was shown; aided: beside the model, whose agreement repeats it; panel; imported;"
        " later: found by a later examination)",
        "unaided finding:value: what was said first, also where the label differs; to measure a model take these, all of them,"
        " each weighted by 1 / draw_probability",
    ]
    for name in findings:
        counts = Counter(row.labels[name].value for row in rows if name in row.labels)
        lines.append(f"{name}: {counts[1]} present, {counts[0]} absent, {counts[-1]} uncertain")
    others = Counter(one.title for row in rows for one in row.others)
    if others:
        lines.append(
            "other_findings.csv: what readers saw that the model they were shown has no finding for; it makes no label in"
            " cases.csv, also where another model has a finding for it:"
            f" {', '.join(f'{title} {n}' for title, n in sorted(others.items()))}; an image without a line may have it too"
        )
    reasons = Counter(one.code for one in left_out)
    lines += [f"left out, {code}: {count if code != 'in_study' else 'not told'}" for code, count in reasons.items()]
    return "\n".join(lines) + "\n"


def kind_counts(rows: Iterable[CaseRow]) -> Counter[str]:
    """Labels of each kind."""
    return Counter(label.kind.value for row in rows for label in row.labels.values())


def _kinds(labels: dict[str, Label]) -> list[str]:
    """The cells of KIND_COLUMNS."""
    named = sorted(labels.items())
    # Blank where one of the words came from a study: its chance is not known, and the column is of the image.
    probabilities = {label.probability for label in labels.values() if label.unaided is not None}
    probability = probabilities.pop() if len(probabilities) == 1 else None
    return [
        ";".join(f"{name}:{label.kind.value}" for name, label in named),
        ";".join(f"{name}:{label.unaided}" for name, label in named if label.unaided is not None),
        "" if probability is None else f"{probability:g}",
    ]


def _boxes(labels: dict[str, Label]) -> str:
    return ";".join(
        f"{name}:{place.x:.10g},{place.y:.10g},{place.w:.10g},{place.h:.10g}"
        for name, label in sorted(labels.items())
        for place in label.places
    )


def _csv(lines: Iterable[Sequence[str]]) -> str:
    target = StringIO()
    csv.writer(target, lineterminator="\n").writerows(lines)
    return target.getvalue()
