"""Filters of the image list by codes, never by names (those go by POST, so that no address holds patient data).

`view`, `modality` and `study` (a UID) are here; rooms above register theirs (state) in their AppConfig.ready.
"""

from django.db.models import Q

from webapp.archive.models import Image
from webapp.archive.view_positions import VIEWS, in_view
from webapp.code_filters import TEXT, CodeFilter, CodeFilters

VIEW_CHOICES = [(code, view.title) for code, view in VIEWS.items()]
VIEW_HELP = "PA, AP, LAT (any lateral), none (not stated), or another value of View Position as it is written"


def of_modality(value: str) -> Q:
    """Case aside: a code string is upper case. Not compared by `iexact`, which no index knows."""
    return Q(modality__in=sorted({value, value.upper()}))


class ImageFilters(CodeFilters):
    """What `/api/images/` and `filters` of its search take."""

    beside = ("page", "page_size")

    view = CodeFilter(label="View", help_text=VIEW_HELP, choices=VIEW_CHOICES, shape=TEXT, condition=in_view)
    modality = CodeFilter(label="Modality", help_text="CR, DX …", shape=TEXT, condition=of_modality)
    study = CodeFilter("study_instance_uid", label="Study", help_text="Study Instance UID", shape=TEXT)

    class Meta:
        model = Image
        fields: tuple[str, ...] = ()


def register_image_filter(name: str, image_filter: CodeFilter) -> None:
    """Makes `?name=value` narrow the list.

    A filter by what a model or a reader said leaves out the images that are under embargo for `image_filter.parent.person`.
    """
    ImageFilters.base_filters[name] = image_filter
