"""What `/failures/` lists, and the cases behind it in the order of the page, for who reads them one after the other."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from django.utils import timezone

from webapp.accounts.policy import Person
from webapp.reviews.models import CaseReviewQuerySet
from webapp.reviews.review_filter import FailureFilters
from webapp.reviews.visible import visible_reviews

PAGE_SIZE = 50
MOST_CASES = 10_000  # further ones are reached by narrowing the list
LIST, AT = "list", "at"  # in the address of a case
NAME = "failures"


@dataclass(frozen=True)
class FailureList:
    """The rows of one choice of filters, newest first. at: as they stood then, so that marking a case moves none; None: as now."""

    person: Person
    filters: FailureFilters
    at: datetime.datetime | None

    @classmethod
    def from_query(cls, query: Mapping[str, str], person: Person) -> "FailureList":
        """Raises FilterRefused for a code that the scheme does not have, and ValueError for an `at` that is no moment."""
        at = _moment(query.get(AT, ""))
        everything = visible_reviews(person, at) if at else visible_reviews(person).current()
        return cls(person, FailureFilters(query, everything).checked(), at)

    @property
    def filtered(self) -> CaseReviewQuerySet:
        """All that the filters let through."""
        found: CaseReviewQuerySet = self.filters.qs
        return found

    @property
    def rows(self) -> CaseReviewQuerySet:
        """What is listed: without a verdict that is asked for, where the model fell short."""
        return self.filtered if "verdict" in self.filters.codes else self.filtered.shortcomings()

    def cases(self) -> dict[UUID, int]:
        """Image ids in the order of the list, each once, with the place (from 0) of its first row."""
        places: dict[UUID, int] = {}
        for place, image in enumerate(
            self.rows.order_by("-created_at", "-id").values_list("image", flat=True).iterator()
        ):
            places.setdefault(image, place)
            if len(places) == MOST_CASES:
                break
        return places

    def case_query(self) -> str:
        """Query of a case's address by which its reader goes on through this list, as it stands now."""
        at = (self.at or timezone.now()).astimezone(datetime.UTC)
        return urlencode({LIST: NAME, **self.filters.codes, AT: at.strftime("%Y%m%dT%H%M%S%f")})

    def page_query(self, place: int) -> str:
        """Query of the page of the list with the row at this place; starts with "?" or is empty."""
        page = place // PAGE_SIZE + 1
        codes = self.filters.codes | ({"page": str(page)} if page > 1 else {})
        return f"?{urlencode(codes)}" if codes else ""


def _moment(text: str) -> datetime.datetime | None:
    if not text:
        return None
    try:
        return datetime.datetime.strptime(text, "%Y%m%dT%H%M%S%f").replace(tzinfo=datetime.UTC)
    except ValueError:
        raise ValueError(f"{AT} {text[:40]!r} is not a moment of the form 20261130T071500000000") from None
