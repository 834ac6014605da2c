"""Which images are there for a person. Every list, search and count of images starts here, and every address of one."""

from typing import Any, TypeVar

from django.db.models import QuerySet

from webapp.accounts.policy import Person, absent_sets
from webapp.archive.models import Image

Rows = TypeVar("Rows", bound=QuerySet[Any])


def present(rows: Rows, user: Person, path: str = "") -> Rows:
    """The rows whose image is there for `user`; `path` leads from the row to its image."""
    for images in absent_sets(user):
        rows = rows.exclude(**{f"{path}__in" if path else "pk__in": images})
    return rows


def is_present(user: Person, image: Image) -> bool:
    """Whether the image is there for `user`."""
    return not any(Image.objects.filter(pk=image.pk, pk__in=images).exists() for images in absent_sets(user))
