"""Codes that a reader gives to the failures of a case: checked, stored when the reading locks, adjudicated by the chair."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from reader_study import policy
from reader_study.models import Assignment, FailureItem, FailureMode, Reading, Study
from reader_study.reading_bodies import Coding
from reader_study.reading_body import Form, checked_box
from reader_study.refusal import StudyRefused, require
from webapp import audit
from webapp.accounts.models import User
from webapp.reviews.failure_scheme import AIDED_READER_CAUSES, CONFIDENCES, OUTCOMES, Scheme
from webapp.reviews.scheme_versions import SchemeBook, current_scheme

FIELDS = tuple(Coding.__annotations__)
NEEDS_REGION = ("FN_LOC", "FP_LOC")
NOTE_CHARACTERS = 2000


def items_of(assignment: Assignment) -> list[FailureItem]:
    """Failures to be coded in this assignment."""
    return list(assignment.case.failure_items.all())


def checked_codings(codings: object, assignment: Assignment, form: Form) -> list[dict[str, Any]]:
    """Codings in their normal form. Raises StudyRefused (400)."""
    items = {str(item.pk): item for item in items_of(assignment)}
    if not isinstance(codings, list):
        raise StudyRefused("not_allowed", "codings is not a list", "codings", 400)
    found, scheme = [], current_scheme()
    for k, row in enumerate(codings):
        field = f"codings[{k}]"
        if not isinstance(row, Mapping) or str(row.get("item")) not in items:
            raise StudyRefused("not_allowed", f"{field}.item is not a failure of this case", f"{field}.item", 400)
        item = items[str(row["item"])]
        found.append({"item": str(item.pk), **checked_coding(row, item, field, form.columns, form.rows, scheme)})
    if len({row["item"] for row in found}) != len(found):
        raise StudyRefused("twice", "one failure is coded twice", "codings", 400)
    return found


def checked_coding(
    row: Mapping[str, Any], item: FailureItem, field: str, columns: int, rows: int, scheme: Scheme
) -> dict[str, Any]:
    """One coding, with the version of the scheme that it uses.

    The outcome may be corrected within what truth allows; FN_LOC and FP_LOC need a region.
    """
    for name in row:
        if name not in FIELDS:
            raise StudyRefused(
                "unknown_field",
                f"{str(name)[:40]!r} is not one of {', '.join(FIELDS)}",
                f"{field}.{str(name)[:40]}",
                400,
            )
    outcome = row.get("outcome") or item.outcome
    _one_of(outcome, OUTCOMES, f"{field}.outcome")
    if (outcome == "FP") != (item.outcome == "FP"):
        text = f"outcome {outcome} contradicts truth: {'FP needs truth 0' if outcome == 'FP' else 'truth is 0'}"
        raise StudyRefused("not_allowed", text, f"{field}.outcome", 400)
    _check_codes(row, field, scheme)
    if row.get("confidence") is not None:
        _one_of(row["confidence"], dict.fromkeys(CONFIDENCES), f"{field}.confidence")
    box = row.get("region") or (item.predicted_boxes[0] if outcome in NEEDS_REGION and item.predicted_boxes else None)
    if outcome in NEEDS_REGION and box is None:
        raise StudyRefused("not_allowed", f"{outcome} needs a region", f"{field}.region", 400)
    note = row.get("note") or ""
    if not isinstance(note, str) or len(note) > NOTE_CHARACTERS or "\x00" in note:
        raise StudyRefused(
            "not_allowed", f"note is not a text of at most {NOTE_CHARACTERS} characters", f"{field}.note", 400
        )
    if box is not None and not isinstance(box, Mapping):
        raise StudyRefused("not_allowed", "region is not an object of x, y, w, h", f"{field}.region", 400)
    return {
        "outcome": outcome,
        "site": row["site"],
        "laterality": row.get("laterality") or "U",
        "cause": row["cause"],
        "severity": row["severity"],
        "region": checked_box(box, f"{field}.region", columns, rows) if box else None,
        "confidence": row.get("confidence"),
        "note": note,
        "scheme_version": scheme.version,
    }


def _check_codes(row: Mapping[str, Any], field: str, scheme: Scheme) -> None:
    """Site, side, cause and severity, in codes that the scheme still uses."""
    cause = row.get("cause")
    if isinstance(cause, str) and cause in AIDED_READER_CAUSES:
        raise StudyRefused("not_allowed", f"cause {cause} is for aided readers only", f"{field}.cause", 400)
    for name, kind in (
        ("site", "sites"),
        ("laterality", "lateralities"),
        ("cause", "causes"),
        ("severity", "severities"),
    ):
        value = (row.get(name) or "U") if name == "laterality" else row.get(name)
        why = scheme.why_not(kind, value)
        if why:
            raise StudyRefused("retired", f"{name} {str(value)[:40]!r} {why}", f"{field}.{name}", 400)
        _one_of(value, scheme.model_causes() if kind == "causes" else scheme.in_use(kind), f"{field}.{name}")


def empty_codings(codings: list[dict[str, Any]], assignment: Assignment) -> list[str]:
    """Failures of the case that have no codes yet."""
    coded = {row["item"] for row in codings}
    return [f"codings.{item.pk}" for item in items_of(assignment) if str(item.pk) not in coded]


def failure_rows(reading: Reading, codings: list[dict[str, Any]], user: User) -> list[FailureMode]:
    """Unsaved rows of the codings."""
    items = {str(item.pk): item for item in items_of(reading.assignment)}
    return [_row(items[row["item"]], {k: v for k, v in row.items() if k != "item"}, user, reading) for row in codings]


def discordant_items(study: Study) -> list[FailureItem]:
    """Items that two readers coded with another site or cause, and that nobody has decided."""
    found, book = [], SchemeBook()
    for item in FailureItem.objects.filter(case__study=study, case__voided_at=None).prefetch_related("codings"):
        rows = list(item.codings.all())
        codes = {
            tuple(book.carried(row.scheme_version, *pair) for pair in (("sites", row.site), ("causes", row.cause)))
            for row in rows
        }
        if not any(row.is_adjudication for row in rows) and len(codes) > 1:
            found.append(item)
    return found


@transaction.atomic
def adjudicate_failure(user: User, study: Study, item: FailureItem, data: object) -> FailureMode:
    """The chair's codes for a discordant item, beside the readers' rows, which stay."""
    require(policy.may_adjudicate(user, study))
    if item.pk not in {one.pk for one in discordant_items(study)}:
        raise StudyRefused("not_discordant", "This failure waits for no decision.")
    if not isinstance(data, Mapping):
        raise StudyRefused("not_allowed", "the body is not a JSON object", "", 400)
    attendees = data.get("attendees") or []
    if not isinstance(attendees, list) or not all(isinstance(one, str) for one in attendees):
        raise StudyRefused("not_allowed", "attendees is not a list of names", "attendees", 400)
    row = {name: value for name, value in data.items() if name != "attendees"}
    image = item.case.image
    codes = checked_coding(row, item, "coding", image.columns, image.rows, current_scheme())
    coding = _row(item, codes, user, None)
    coding.is_adjudication, coding.attendees = True, attendees
    coding.save()
    audit.record(user, "study.adjudicate_failure", f"failure:{item.pk}", purpose="reader study")
    return coding


def _row(item: FailureItem, codes: dict[str, Any], user: User, reading: Reading | None) -> FailureMode:
    return FailureMode(
        image_sha256=item.case.image_sha256,
        bundle_id=item.bundle_id,
        finding=item.finding,
        study=item.case.study,
        reading=reading,
        item=item,
        coder=user,
        created_by=user,
        **codes,
    )


def _one_of(value: object, allowed: Mapping[Any, Any], field: str) -> None:
    if isinstance(value, bool) or not isinstance(value, str | int) or value not in allowed:
        name = field.rpartition(".")[2]
        text = f"{name} {str(value)[:40]!r} is not one of {', '.join(map(str, allowed))}"
        raise StudyRefused("not_allowed", text, field, 400)
