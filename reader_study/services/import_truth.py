"""Truth from a CSV file: all of it or nothing, with every fault named by line, column and value."""

import csv
import io
import math
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from reader_study import policy
from reader_study.models import Case, Study, Truth
from reader_study.reading_body import checked_box
from reader_study.refusal import StudyRefused, require
from reader_study.services.own_assignment import study_body
from reader_study.services.vote_truth import settle
from webapp import audit
from webapp.accounts.models import User

REQUIRED = ("case", "finding", "status")
OPTIONAL = ("source", "strength", "x", "y", "w", "h", "weight")
MOST_BYTES = 5 * 2**20
MOST_FAULTS = 50


@dataclass(frozen=True)
class Fault:
    """line: as a text editor counts, the header being 1."""

    line: int
    column: str
    value: str
    text: str

    def document(self) -> dict[str, Any]:
        return {"line": self.line, "column": self.column, "value": self.value, "text": self.text}


def import_truth(user: User, study: Study, content: bytes | str) -> int:
    """How many truths were stored. Several lines of one case and finding give several boxes. Raises StudyRefused (400)."""
    require(policy.may_import_truth(user, study))
    rows, faults = _read(content)
    cases = {case.code: case for case in study.cases.filter(voided_at=None).select_related("image")}
    cases |= {str(case.image_id): case for case in cases.values()}
    findings = [row["code"] for row in study_body(study)["findings"]]
    groups: dict[tuple[str, str], list[tuple[int, dict[str, Any]]]] = defaultdict(list)
    for line, row in rows:
        checked, found = _checked(line, row, cases, findings)
        faults += found
        if checked:
            groups[checked["case"].code, checked["finding"]].append((line, checked))
    faults += [fault for group in groups.values() for fault in _group_faults(group)]
    if faults:
        faults.sort(key=lambda fault: (fault.line, fault.column))
        raise StudyRefused(
            "bad_csv", faults[0].text, "file", 400, errors=[one.document() for one in faults[:MOST_FAULTS]]
        )
    with transaction.atomic():
        for group in groups.values():
            _store(study, [row for _, row in group], user)
        audit.record(user, "study.import_truth", f"study:{study.pk}", purpose="reader study", count=len(groups))
    return len(groups)


def _read(content: bytes | str) -> tuple[list[tuple[int, dict[str, str]]], list[Fault]]:
    if len(content) > MOST_BYTES:
        raise StudyRefused("bad_csv", f"the file is larger than {MOST_BYTES // 2**20} MiB", "file", 400, errors=[])
    try:
        text = content.decode("utf-8-sig") if isinstance(content, bytes) else content.lstrip("\ufeff")
    except UnicodeDecodeError:
        raise StudyRefused("bad_csv", "the file is not UTF-8 text", "file", 400, errors=[]) from None
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        raise StudyRefused("bad_csv", f"the file is not CSV: {error}", "file", 400, errors=[]) from None
    header = [cell.strip() for cell in lines[0]] if lines else []
    missing = [name for name in REQUIRED if name not in header]
    unknown = [name for name in header if name not in REQUIRED + OPTIONAL]
    if missing or unknown or len(set(header)) != len(header):
        what = (
            f"column '{missing[0]}' is missing"
            if missing
            else f"column '{(unknown or header)[0][:40]}' is unknown or stands twice"
        )
        text = f"line 1: {what}; allowed are {', '.join(REQUIRED + OPTIONAL)}"
        fault = Fault(1, (missing or unknown or header)[0][:40], ",".join(header)[:80], text)
        raise StudyRefused("bad_csv", text, "file", 400, errors=[fault.document()])
    rows, faults = [], []
    for line, cells in enumerate(lines[1:], start=2):
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(header):
            faults.append(
                Fault(line, "", str(len(cells)), f"line {line}: {len(cells)} cells, the header has {len(header)}")
            )
            continue
        rows.append((line, dict(zip(header, (cell.strip() for cell in cells), strict=True))))
    if not rows and not faults:
        raise StudyRefused("bad_csv", "the file has no lines below its header", "file", 400, errors=[])
    return rows, faults


def _checked(
    line: int, row: dict[str, str], cases: dict[str, Case], findings: list[str]
) -> tuple[dict[str, Any] | None, list[Fault]]:
    allowed = (
        ("case", cases, "the code or image id of a case of this study"),
        ("finding", findings, f"one of {', '.join(findings)}"),
        ("status", Truth.Status.values, f"one of {', '.join(Truth.Status.values)}"),
        ("source", ["", *Truth.Source.values], f"one of {', '.join(Truth.Source.values)}"),
        ("strength", ["", *Truth.Strength.values], f"one of {', '.join(Truth.Strength.values)}"),
    )
    faults = [
        _fault(line, name, row.get(name, ""), wanted)
        for name, known, wanted in allowed
        if row.get(name, "") not in known
    ]
    if faults:
        return None, faults
    case = cases[row["case"]]
    box, faults = _box(line, row, case)
    weight, more = _weight(line, row)
    found = {
        "case": case,
        "finding": row["finding"],
        "status": row["status"],
        "source": row.get("source") or Truth.Source.IMPORTED,
        "strength": row.get("strength") or Truth.Strength.D,
        "box": box,
        "weight": weight,
    }
    return (None if faults + more else found), faults + more


def _box(line: int, row: dict[str, str], case: Case) -> tuple[dict[str, float] | None, list[Fault]]:
    texts = {side: row.get(side, "") for side in "xywh"}
    if not any(texts.values()):
        return None, []
    if row["status"] != Truth.Status.POSITIVE:
        return None, [_fault(line, "x", texts["x"], "empty: boxes go with status 1 only")]
    values: dict[str, float] = {}
    for side, text in texts.items():
        try:
            values[side] = float(text)
        except ValueError:
            return None, [_fault(line, side, text, "a number")]
    try:
        return checked_box(values, "box", case.image.columns, case.image.rows), []
    except StudyRefused as refused:
        column = refused.field.rpartition(".")[2] if "." in refused.field else "x"
        return None, [Fault(line, column, ",".join(texts.values()), f"line {line}: box {refused.text}")]


def _weight(line: int, row: dict[str, str]) -> tuple[float | None, list[Fault]]:
    text = row.get("weight", "")
    if not text:
        return None, []
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 < value <= 1:
        return None, [_fault(line, "weight", text, "a number above 0 and at most 1")]
    return value, []


def _group_faults(group: list[tuple[int, dict[str, Any]]]) -> list[Fault]:
    """Lines of one case and finding must tell the same status, and their boxes' weights must sum to 1."""
    line, first = group[0]
    case = first["case"].code
    for other, row in group[1:]:
        if row["status"] != first["status"]:
            return [
                _fault(other, "status", row["status"], f"the status that line {line} gives for {case} {row['finding']}")
            ]
        if row["box"] is None or first["box"] is None:
            text = f"line {other}: case {case} with {row['finding']} stands twice without a box on each line"
            return [Fault(other, "case", case, text)]
    weights = [row["weight"] for _, row in group]
    if any(weight is not None for weight in weights):
        total = sum(weight or 0 for weight in weights)
        if None in weights or abs(total - 1) > 1e-6:
            text = f"line {group[-1][0]}: weights of {case} {first['finding']} sum to {total:g}; they must sum to 1"
            return [Fault(group[-1][0], "weight", f"{total:g}", text)]
    return []


def _store(study: Study, rows: list[dict[str, Any]], user: User) -> None:
    """An undecided truth is decided; a decided one gets a new version beside it, a frozen one is left to amendments."""
    first = rows[0]
    newest = Truth.objects.filter(case=first["case"], finding=first["finding"]).order_by("-version").first()
    if newest is not None and newest.state == Truth.State.FROZEN:
        raise StudyRefused(
            "wrong_state", f"truth of {first['case'].code} {first['finding']} is frozen: propose an amendment"
        )
    if newest is None or newest.state != Truth.State.DRAFT or newest.votes.exists():
        newest = Truth(
            case=first["case"], finding=first["finding"], version=newest.version + 1 if newest else 1, created_by=user
        )
    newest.source, newest.strength, newest.rule = first["source"], first["strength"], "imported"
    newest.save()
    boxes = [row["box"] for row in rows if row["box"]]
    weights = [row["weight"] for row in rows] if boxes and rows[0]["weight"] is not None else None
    settle(newest, first["status"], boxes, user, weights)


def _fault(line: int, column: str, value: str, wanted: str) -> Fault:
    return Fault(line, column, value[:80], f"line {line}: {column} '{value[:80]}' is not {wanted}")
