"""Filters of the image list by codes, never by names (those go by POST, so that no address holds patient data).

`view`, `modality` and `study` (a UID) are here; rooms above register theirs (state, finding) in their AppConfig.ready.
"""

from collections.abc import Callable, Mapping

from django.db.models import QuerySet

from webapp.accounts.policy import Person
from webapp.archive.models import Image
from webapp.archive.view_positions import in_view

Images = QuerySet[Image]
ImageFilter = Callable[[Images, str, Person], Images]
FILTERS: dict[str, ImageFilter] = {}


def register_image_filter(name: str, image_filter: ImageFilter) -> None:
    """Makes `?name=value` narrow the list. The filter raises ValueError, with a sentence, for a value not allowed.

    It is told who asks: a filter by what a model or a reader said leaves out the images that are under embargo for them.
    """
    FILTERS[name] = image_filter


def apply_filters(images: Images, wanted: Mapping[str, str], user: Person) -> Images:
    """`images` narrowed by every filter in `wanted`. Raises ValueError for an unknown filter or value."""
    for name, value in wanted.items():
        if name not in FILTERS:
            raise ValueError(f"filter {name!r} is not one of {', '.join(sorted(FILTERS))}")
        if value:
            images = FILTERS[name](images, value, user)
    return images


def _by_view(images: Images, value: str, user: Person) -> Images:
    return images.filter(in_view(value))


def _by_modality(images: Images, value: str, user: Person) -> Images:
    return images.filter(modality__iexact=value)


def _by_study(images: Images, value: str, user: Person) -> Images:
    return images.filter(study_instance_uid=value)


register_image_filter("view", _by_view)
register_image_filter("modality", _by_modality)
register_image_filter("study", _by_study)
