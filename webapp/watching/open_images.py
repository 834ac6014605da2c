"""Which images count: not those whose model output is still to be kept from somebody who answers first, whoever looks. So figures
are the same for all who may see them, and nobody learns of an open image by subtracting."""

from typing import Any, TypeVar

from django.db.models import Exists, OuterRef, QuerySet

from webapp.accounts.policy import Person
from webapp.reveal.embargoed import not_under_embargo
from webapp.sentinel.models import FirstLook, SentinelDraw
from webapp.training_set.select_cases import images_under_way

Rows = TypeVar("Rows", bound=QuerySet[Any])


def closed(rows: Rows, path: str, person: Person | None = None) -> Rows:
    """Rows whose image no study under way shows and no look before the model waits for; `path` leads from the row to its image.
    person: also none that is hidden from them; None for the program."""
    looks = FirstLook.objects.filter(draw=OuterRef("pk"))
    waiting = SentinelDraw.objects.filter(~Exists(looks), is_drawn=True).values("image")
    rows = rows.exclude(**{f"{path}__in": images_under_way()}).exclude(**{f"{path}__in": waiting})
    return rows if person is None else not_under_embargo(rows, person, path, labels_only=True)
