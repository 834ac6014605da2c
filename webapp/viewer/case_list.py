"""The list that a case was opened from: its neighbours there, and the way back."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, QueryDict
from django.urls import reverse

from webapp.accounts.policy import require_person
from webapp.archive.models import Image
from webapp.reviews import failure_list
from webapp.reviews.failure_list import FailureList
from webapp.viewer.worklist.bounded_count import BoundedCount
from webapp.viewer.worklist.neighbours import AHEAD, Neighbours, neighbours
from webapp.viewer.worklist.query import QUERY_KEY, WorklistQuery


@dataclass(frozen=True)
class CaseList:
    """name: as the page calls it. address: of the list, with the choice it was left in, at the page with the case."""

    name: str
    address: str
    place: Neighbours


def case_list(request: HttpRequest, image: Image) -> CaseList:
    """The list that the address names by its codes, where it lists the image; else the worklist."""
    if request.GET.get(failure_list.LIST) == failure_list.NAME:
        found = _failures(request, image)
        if found:
            return found
    query = _worklist_query(request)
    user: Any = request.user
    return CaseList("worklist", "/" + query.as_query(), neighbours(image, query, user, request.session))


def _failures(request: HttpRequest, image: Image) -> CaseList | None:
    try:
        listed = FailureList.from_query(request.GET, require_person(request.user))
    except ValueError:
        return None
    places = listed.cases()
    if image.pk not in places:
        return None
    cases = list(places)
    at = cases.index(image.pk)
    return CaseList(
        name=failure_list.NAME,
        address=reverse("failures") + listed.page_query(places[image.pk]),
        place=Neighbours(
            previous=cases[at - 1] if at else None,
            following=cases[at + 1 : at + 1 + AHEAD],
            position=BoundedCount(at + 1),
            count=BoundedCount(len(cases), is_more=len(cases) == failure_list.MOST_CASES),
        ),
    )


def _worklist_query(request: HttpRequest) -> WorklistQuery:
    """The codes in the address, else those of the list shown last, else the default."""
    own = QueryDict() if failure_list.LIST in request.GET else request.GET
    for source in (own, QueryDict(request.session.get(QUERY_KEY, "").lstrip("?"))):
        if source:
            try:
                return WorklistQuery.from_query(source, request.user)
            except ValueError:
                continue
    return WorklistQuery.from_query({}, request.user)
