"""What of a reference set a person is told while some of its images are still theirs to read. Totals are held back with the rows:
who knows the rest of a sum knows the part."""

from typing import Any

from django.db.models import QuerySet

from webapp.accounts.policy import Person
from webapp.change_plans.models import ReferenceImage, ReferenceSet
from webapp.reveal.embargoed import not_under_embargo

WHY_WITHHELD = "withheld while a study that you read in is under way, or a first look is still to be given"
# Of a row: its class, or what gives it away.
TELLS = ("is_positive", "stratum", "probability", "draw_probability", "labels")


def told_rows(made: ReferenceSet, person: Person) -> QuerySet[ReferenceImage]:
    """The images of the set, by id, that no study or first look hides from the person."""
    rows: QuerySet[ReferenceImage] = made.images.order_by("image_id")  # type: ignore[attr-defined]
    return not_under_embargo(rows, person, "image", labels_only=True)


def withheld_of(made: ReferenceSet, person: Person) -> int:
    """How many images of the set are hidden from the person."""
    count: int = made.images.count()  # type: ignore[attr-defined]
    return count - told_rows(made, person).count()


def without_truth(document: dict[str, Any]) -> dict[str, Any]:
    """An image of the set as who still has to read it may see it."""
    return {**document, **dict.fromkeys(TELLS)}
