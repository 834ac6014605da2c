"""What `view=` means in the worklist, the API and the choice of a study's cases: one table of codes."""

from dataclasses import dataclass

from django.db.models import Q

from inference.exam.sides import LATERAL_VIEWS
from inference.exam.terms import VIEW, term

UNCLEAR = "unclear"


@dataclass(frozen=True)
class ViewCode:
    """keys: the values of the column `view` (keys of the table of terms) that the code stands for; an empty one: not stated."""

    title: str
    keys: tuple[str, ...]


VIEWS = {
    "PA": ViewCode("PA", ("PA",)),
    "AP": ViewCode("AP", ("AP",)),
    "LAT": ViewCode("lateral", tuple(sorted(LATERAL_VIEWS))),
    "none": ViewCode("not stated", ("",)),
    UNCLEAR: ViewCode("unclear", (UNCLEAR,)),
}


def in_view(value: str) -> Q:
    """Images of a view: a code of the table or its title, else a value of View Position as it is written; case aside."""
    words = {word.lower(): view.keys for code, view in VIEWS.items() for word in (code, view.title)}
    if value.lower() in words:
        return Q(view__in=words[value.lower()])
    return Q(view__iexact=value) | Q(view_position__iexact=value)


def view_label(view: str) -> str:
    """The column `view` for people: PA, AP, left lateral, unclear; empty where it is not stated."""
    if view in ("", UNCLEAR, "PA", "AP"):
        return view
    try:
        return term(VIEW, view).title
    except KeyError:  # the table of another version
        return view
