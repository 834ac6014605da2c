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


def in_view(code: str) -> Q:
    """Images of a view. A value that is no code of the table is looked for as it is written, case aside."""
    found = Q()
    for name in VIEWS[code].names if code in VIEWS else (code,):
        found |= Q(view_position__iexact=name)
    return found
