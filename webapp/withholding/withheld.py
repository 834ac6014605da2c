"""The one rule of what is withheld: registered as an embargo, so that every place where a model's answer leaves obeys it.

It asks the rows each time: the next request after a firing hides, and the next after a lift shows.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from webapp.accounts.policy import EmbargoBySet, Person, Refusal
from webapp.archive.models import Image, Project
from webapp.withholding.models import Withholding, WithholdingLift

CODE = "withheld"


def open_withholdings(project: Project | None = None) -> QuerySet[Withholding]:
    """Those that nobody has lifted, the oldest first; of one project or of all."""
    rows = Withholding.objects.filter(lift=None).order_by("number").select_related("project")
    return rows.filter(project=project) if project else rows  # type: ignore[no-any-return]


def changed_since(moment: datetime) -> list[UUID]:
    """What began to be withheld, and was lifted, after the moment."""
    begun = Withholding.objects.filter(created_at__gt=moment).order_by("created_at", "pk")
    lifted = WithholdingLift.objects.filter(created_at__gt=moment).order_by("created_at", "pk")
    return [*begun.values_list("pk", flat=True), *lifted.values_list("pk", flat=True)]


def withheld_images(person: Person) -> QuerySet[Image, UUID]:
    """Ids of the images whose scores nobody is shown now, whatever the role."""
    projects = Withholding.objects.filter(lift=None).values("project")
    return Image.objects.filter(project__in=projects).values_list("pk", flat=True)


def why_withheld(person: Person, image: Any) -> Refusal | None:
    """Of one image: the sentence of the oldest withholding of its project that is open."""
    if image is None:
        return None
    row = open_withholdings().filter(project__in=Image.objects.filter(pk=image.pk).values("project")).first()
    return Refusal(CODE, f"{withheld_words([row])}.") if row else None


def withheld_words(rows: Sequence[Withholding]) -> str:
    """ "Scores withheld since 14:10, rule S2", in the site's time; with the day where it is not today."""
    rules = ", ".join(dict.fromkeys(row.rule for row in rows))
    return f"Scores withheld since {_site_time(rows[0].created_at)}, rule{'s' if ', ' in rules else ''} {rules}"


# What the app registers with accounts.policy. Only the model is hidden: neither a look at the picture nor what people said matters.
is_withheld = EmbargoBySet(why_withheld, withheld_images, is_look_counted=False, is_label_hidden=False)


def _site_time(moment: datetime) -> str:
    here = timezone.localtime(moment)
    is_today = here.date() == timezone.localtime().date()
    return f"{here:%H:%M}" if is_today else f"{here:%Y-%m-%d %H:%M}"
