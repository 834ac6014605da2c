"""The draft of the next failure scheme: codes are added, renamed and retired in it; what is published never changes."""

import re
from typing import Any

from django.db import IntegrityError, transaction

from webapp import audit
from webapp.accounts.models import User
from webapp.accounts.policy import may_edit_failure_scheme
from webapp.refused import Refused
from webapp.reviews.failure_scheme import AIDED_READER_CAUSES, KINDS, Scheme
from webapp.reviews.models import FailureSchemeVersion
from webapp.reviews.scheme_versions import codes_of, current_scheme

ACTIONS = ("add", "rename", "retire", "reset")
TITLE_CHARACTERS = 60
# As wide as the columns of reviews and codings.
SHAPES = {
    "sites": ("[A-Z][A-Z0-9]{1,2}", "2 or 3 capital letters and digits, a letter first"),
    "lateralities": ("[A-Z]", "one capital letter"),
    "causes": ("[A-Z][A-Z0-9]{1,2}", "2 or 3 capital letters and digits, a letter first"),
    "severities": ("[0-9]", "one digit"),
}
# What a row without a side says.
NEVER_RETIRED = {("lateralities", "U")}


class SchemeRefused(Refused):
    """The draft of the failure scheme stays as it is."""


def draft_of_scheme() -> FailureSchemeVersion | None:
    """The draft that waits, if any."""
    return FailureSchemeVersion.objects.filter(state=FailureSchemeVersion.State.DRAFT).first()


@transaction.atomic
def edit_scheme(
    user: User, action: str, kind: str = "", code: str = "", title: str = "", into: str = ""
) -> FailureSchemeVersion:
    """Does one thing to the draft, which is made when there is none. `into` is the successor of a retired code.

    `reset` takes every change back. Raises SchemeRefused (400, 403, 409) naming the value and what is allowed.
    """
    SchemeRefused.require(may_edit_failure_scheme(user))
    _one_of("action", action, ACTIONS)
    current = current_scheme()
    draft = locked_draft() or FailureSchemeVersion(
        version=current.version + 1, codes=codes_of(current), created_by=user
    )
    if action == "reset":
        draft.codes = codes_of(current)
    else:
        _one_of("kind", kind, KINDS)
        rows = draft.codes[kind]
        {"add": _add, "rename": _rename, "retire": _retire}[action](
            rows, kind, code.strip(), title.strip(), into.strip()
        )
    try:
        with transaction.atomic():
            draft.save()
    except IntegrityError:  # two people began a draft at the same moment
        raise SchemeRefused(
            "conflict", f"somebody has just begun version {draft.version}: look at it and try again"
        ) from None
    audit.record(
        user, "failure_scheme.edit", f"failure_scheme:{draft.version}", purpose="reader study",
        action=action, kind=kind, code=code.strip(), title=title.strip(), into=into.strip(),
    )  # fmt: skip
    return draft


def locked_draft() -> FailureSchemeVersion | None:
    """The draft, held until the transaction ends."""
    return FailureSchemeVersion.objects.select_for_update().filter(state=FailureSchemeVersion.State.DRAFT).first()


def is_changed(draft: FailureSchemeVersion, current: Scheme) -> bool:
    """False for a draft that says what the current version says."""
    return bool(draft.codes != codes_of(current))


def _add(rows: list[dict[str, Any]], kind: str, code: str, title: str, into: str) -> None:
    shape, words = SHAPES[kind]
    if not re.fullmatch(shape, code):
        raise SchemeRefused("not_allowed", f"code {code[:40]!r} is not {words}", "code", 400)
    known = next((row for row in rows if row["code"] == code), None)
    if known:
        state = "retired and never used again" if known["retired"] else "taken"
        raise SchemeRefused("taken", f"code {code!r} is {state}: it means {known['title']!r}", "code")
    _check_title(rows, code, title)
    rows.append({"code": code, "title": title, "retired": False, "into": ""})


def _rename(rows: list[dict[str, Any]], kind: str, code: str, title: str, into: str) -> None:
    row = _in_use(rows, "code", code)
    _check_title(rows, code, title)
    row["title"] = title


def _retire(rows: list[dict[str, Any]], kind: str, code: str, title: str, into: str) -> None:
    row = _in_use(rows, "code", code)
    if (kind, code) in NEVER_RETIRED:
        raise SchemeRefused(
            "not_allowed", f"code {code!r} stands for what is not stated and cannot be retired", "code", 400
        )
    if into == code:
        raise SchemeRefused("not_allowed", f"code {code!r} cannot take its own place", "into", 400)
    if into in AIDED_READER_CAUSES:
        raise SchemeRefused(
            "not_allowed", f"code {into!r} is for aided readers only and takes no other's place", "into", 400
        )
    if into:
        _in_use(rows, "into", into)
    left = [one["code"] for one in rows if not one["retired"] and one["code"] not in AIDED_READER_CAUSES]
    if left == [code]:
        raise SchemeRefused("not_allowed", f"code {code!r} is the last of its kind: add another first", "code", 400)
    row |= {"retired": True, "into": into}
    for other in rows:  # a code that this one had replaced in the same draft goes on to the same place
        if other["into"] == code:
            other["into"] = into


def _in_use(rows: list[dict[str, Any]], field: str, code: str) -> dict[str, Any]:
    allowed = [row["code"] for row in rows if not row["retired"]]
    found = next((row for row in rows if row["code"] == code), None)
    if found is None or found["retired"]:
        what = "is retired" if found else "is not one of the codes"
        raise SchemeRefused("not_allowed", f"{field} {code[:40]!r} {what}; in use are {', '.join(allowed)}", field, 400)
    return found


def _check_title(rows: list[dict[str, Any]], code: str, title: str) -> None:
    if not 1 <= len(title) <= TITLE_CHARACTERS or not title.isprintable():
        text = f"title {title[:40]!r} is not a line of 1 to {TITLE_CHARACTERS} characters"
        raise SchemeRefused("not_allowed", text, "title", 400)
    other = next((row for row in rows if row["title"] == title and row["code"] != code and not row["retired"]), None)
    if other:
        raise SchemeRefused("taken", f"title {title!r} is that of {other['code']}", "title")


def _one_of(field: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise SchemeRefused("not_allowed", f"{field} {value[:40]!r} is not one of {', '.join(allowed)}", field, 400)
