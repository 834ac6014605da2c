"""`/failures/scheme/`: the codes of failures, what each was used for, and the draft of the next version."""

from collections import Counter
from functools import partial
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from webapp.accounts.form_post import form_post
from webapp.accounts.models import User
from webapp.accounts.policy import may_edit_failure_scheme, require_person
from webapp.form_action import act
from webapp.reviews.edit_scheme import TITLE_CHARACTERS, draft_of_scheme, edit_scheme, is_changed
from webapp.reviews.failure_scheme import AIDED_READER_CAUSES, KINDS
from webapp.reviews.models import FailureSchemeVersion
from webapp.reviews.publish_scheme import publish_scheme
from webapp.reviews.scheme_versions import CODE_USES, changes_in_words, codes_of, current_scheme, map_between
from webapp.reviews.visible import visible_reviews

COLUMNS = {"sites": "site", "lateralities": "laterality", "causes": "cause", "severities": "severity"}
TITLES = {"sites": "Where", "lateralities": "Side", "causes": "Why", "severities": "Severity"}
DONE = {
    "add": "The code is added to the draft.",
    "rename": "The title is changed in the draft.",
    "retire": "The code is retired in the draft.",
    "reset": "The draft says what the current version says.",
}


@login_required
@require_safe
def scheme_page(request: HttpRequest) -> HttpResponse:
    """Everybody reads the version in force; managers and admins see and edit the draft."""
    user = require_person(request.user)
    may_edit = may_edit_failure_scheme(user) is None
    current, draft = current_scheme(), draft_of_scheme() if may_edit else None
    codes = codes_of(current) if draft is None else draft.codes
    context = {
        "current": current,
        "draft": draft,
        "may_edit": may_edit,
        "may_publish": draft is not None and is_changed(draft, current),
        "changes": "" if draft is None else changes_in_words(map_between(current, codes)),
        "kinds": [_kind(kind, codes[kind], codes_of(current)[kind], uses_of(user, kind)) for kind in KINDS],
        "history": [
            {"row": row, "changes": changes_in_words(row.map)}
            for row in FailureSchemeVersion.objects.filter(state="published").order_by("-version")
        ],
        "title_characters": TITLE_CHARACTERS,
    }
    response = render(request, "reviews/scheme.html", context)
    response.headers["Cache-Control"] = "no-store"
    return response


@form_post("failure_scheme_page")
def change_scheme(request: HttpRequest) -> HttpResponse:
    """One change to the draft."""
    form = request.POST
    fields = {name: form.get(name, "") for name in ("kind", "code", "title", "into")}
    work = partial(edit_scheme, require_person(request.user), form.get("action", ""), **fields)
    return act(request, work, DONE.get(form.get("action", ""), ""), "failure_scheme_page")


@form_post("failure_scheme_page")
def publish_scheme_page(request: HttpRequest) -> HttpResponse:
    """The draft that the person saw becomes the version in force."""
    seen = request.POST.get("version", "")
    number = int(seen) if seen.isascii() and seen.isdigit() else 0
    work = partial(publish_scheme, require_person(request.user), number)
    return act(request, work, f"Version {number} is published: new reviews and codings use it.", "failure_scheme_page")


def uses_of(user: User, kind: str) -> dict[str, tuple[int, int]]:
    """code -> (reviews, codings in studies) that carry it, of those that the person may see; whatever their version."""
    column = COLUMNS[kind]
    reviews = Counter(map(str, visible_reviews(user).current().failures().order_by().values_list(column, flat=True)))
    codings: Counter[str] = Counter()
    for uses in CODE_USES:
        codings.update(uses(user, column))
    return {code: (reviews[code], codings[code]) for code in {*reviews, *codings}}


def _kind(
    kind: str, rows: list[dict[str, Any]], before: list[dict[str, Any]], uses: dict[str, tuple[int, int]]
) -> dict[str, Any]:
    old = {row["code"]: row for row in before}
    in_use = [row for row in rows if not row["retired"] and row["code"] not in AIDED_READER_CAUSES]
    return {
        "kind": kind,
        "title": TITLES[kind],
        "rows": [
            {
                **row,
                "is_new": row["code"] not in old,
                "is_changed": row["code"] in old and row != old[row["code"]],
                "uses": uses.get(row["code"], (0, 0)),
                "others": [other for other in in_use if other["code"] != row["code"]],
            }
            for row in rows
        ],
    }
