"""The cases of the worklist for one person: the entries that the database keeps, with what is under embargo masked.

Two streams that share no case: what the person may see, as it is, and what is hidden, which carries nothing of results
and, of reviews, no more than that a colleague has read a drawn case, so that neither order, nor filters, nor counts can
tell them. Each is read in the order of an index, and their union merges the two: a list costs what it shows, however many
cases there are.
"""

from typing import Any

from django.db.models import Case, CharField, F, FloatField, Q, QuerySet, UUIDField, Value, When
from django.db.models.functions import Concat

from webapp.accounts.policy import Person
from webapp.archive.present_images import present
from webapp.reveal.embargoed import under_embargo
from webapp.sentinel.waiting import only_waiting
from webapp.viewer.models import NO_SCORE_DOWN, NO_SCORE_UP, WorklistEntry
from webapp.viewer.worklist.query import WorklistQuery
from webapp.viewer.worklist.searches import search_condition

Entries = QuerySet[Any, Any]  # of WorklistEntry, with the annotations of `streams`
Streams = list[Entries]
HIDDEN = "hidden"
COMMON = 2000  # cases of a state that are better walked past than sorted
# The sort codes without their direction; descending is the exact reverse but for the cases that have no value: always last.
_SORT_COLUMNS = {
    "-arrived": ("arrived", "pk"),
    "arrived": ("arrived", "pk"),
    "-finding": ("rank_down", "arrived", "pk"),
    "finding": ("rank_up", "arrived", "pk"),
    "-study": ("study_down", "study_time", "arrived", "pk"),
    "study": ("study_up", "study_time", "arrived", "pk"),
}


def sort_columns(sort: str) -> tuple[str, ...]:
    """The columns that a list is ordered by, all in one direction; the last tells any two cases apart."""
    return _SORT_COLUMNS[sort]


def streams(user: Person) -> Streams:
    """Entries that `user` may see, and the hidden ones where there are any. Both carry case_state (a code of filters.STATES),
    highest_finding, newest (prediction id), rank_down and rank_up (the probability, or what stands last where there is none).
    What is not there for the person is in neither."""
    entries = present(WorklistEntry.objects.all(), user, "image")
    hidden = under_embargo(user, "image")
    if hidden is None or not entries.filter(hidden).exists():
        return [_shown(entries)]
    return [_shown(entries.exclude(hidden)), _masked(entries.filter(hidden), user)]


def _shown(entries: Entries) -> Entries:
    return entries.annotate(
        case_state=F("state"),
        highest_finding=F("finding"),
        newest=F("latest"),
        rank_down=F("score_down"),
        rank_up=F("score_up"),
    )


def _masked(entries: Entries, user: Person) -> Entries:
    """A drawn case that a colleague has read is read, though the own look is open: only so does a list come to its end."""
    is_read = Q(state="read") & only_waiting(user, "image")
    return entries.annotate(
        case_state=Case(When(is_read, then=Value("read")), default=Value(HIDDEN), output_field=CharField()),
        highest_finding=Value("", CharField()),
        newest=Value(None, UUIDField(null=True)),
        rank_down=Value(NO_SCORE_DOWN, FloatField()),
        rank_up=Value(NO_SCORE_UP, FloatField()),
    )


def walked(found: Streams, query: WorklistQuery) -> Streams:
    """The same, to be read in the order of the list where most of it fits. SQLite, which does not know how common a state is,
    would find all cases of a common one by its index and sort them; it cannot where the state is an expression."""
    if query.sort.lstrip("-") == "arrived" or query.state in ("open", "all", HIDDEN):
        return found
    of_state = WorklistEntry.objects.filter(state=query.state).order_by()
    if not of_state[COMMON : COMMON + 1].exists():
        return found
    return [entries.annotate(case_state=Concat(F("case_state"), Value(""))) for entries in found]


def condition(query: WorklistQuery, search: str = "") -> Q:
    """What a choice of filters lets through. `search` is the text behind the query's search code."""
    wanted = query.filters.condition()
    if query.search:
        # A code this session does not know must not show everything as if nothing had been searched.
        wanted &= search_condition(search) if search else Q(pk__in=[])
    return wanted


def ordered(chosen: Streams, columns: tuple[str, ...], is_descending: bool) -> Entries:
    """The chosen entries of all streams in the order of `columns`, as tuples of them; the last is the image's id."""
    first, *others = [entries.order_by().values_list(*columns) for entries in chosen]
    together = first.union(*others, all=True) if others else first
    return together.order_by(*(f"-{column}" if is_descending else column for column in columns))
