"""What `view=` means in the worklist, the API and the choice of a study's cases: one table of codes."""

from dataclasses import dataclass

from django.db.models import Q


@dataclass(frozen=True)
class ViewCode:
    """names: the values of View Position (0018,5101), upper case, that the code stands for; an empty one: not stated."""

    title: str
    names: tuple[str, ...]


VIEWS = {
    "PA": ViewCode("PA", ("PA",)),
    "AP": ViewCode("AP", ("AP",)),
    "LAT": ViewCode("lateral", ("LL", "RL", "LAT", "LATERAL")),
    "none": ViewCode("not stated", ("",)),
}


def in_view(value: str) -> Q:
    """Images of a view: a code of the table or its title, else a value of View Position as it is written; case aside."""
    words = {word.lower(): view.names for code, view in VIEWS.items() for word in (code, view.title)}
    found = Q()
    for name in words.get(value.lower(), (value,)):
        found |= Q(view_position__iexact=name)
    return found
