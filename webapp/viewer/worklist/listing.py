"""One page of the worklist, and the counts beside it."""

from dataclasses import dataclass
from functools import cache
from uuid import UUID

from webapp.viewer.models import WorklistEntry
from webapp.viewer.worklist.bounded_count import COUNTED, BoundedCount, bounded, count_beside, count_each, count_rows
from webapp.viewer.worklist.cases import HIDDEN, Entries, Streams, condition, ordered, sort_columns, walked
from webapp.viewer.worklist.filters import STATES
from webapp.viewer.worklist.query import WorklistQuery

PAGE_SIZE = 50
KEPT_STATES = tuple(state for state in STATES if state not in ("open", "all", HIDDEN))


@dataclass(frozen=True)
class Listed:
    """A case of the list: its image, state (a code of filters.STATES) and newest result, None where that is hidden."""

    image: UUID
    state: str
    latest: UUID | None


@dataclass(frozen=True)
class ListPage:
    """The cases of page `number` (from 1), how many the whole list has, and whether one comes after."""

    number: int
    cases: list[Listed]
    count: BoundedCount
    has_next: bool

    @property
    def has_previous(self) -> bool:
        return self.number > 1

    @property
    def start(self) -> int:
        """Place of the first case, from 1."""
        return (self.number - 1) * PAGE_SIZE + 1

    @property
    def end(self) -> int:
        return self.start + len(self.cases) - 1


def list_page(
    query: WorklistQuery, found: Streams, search: str = "", counts: dict[str, BoundedCount] | None = None
) -> ListPage:
    """The page that `query` names of what is `found` for a person (cases.streams); the last one where there are fewer.

    counts: what count_states has told, if it was asked; it spares counting a list that is all of one state.
    """
    wanted = condition(query, search)
    chosen = [entries.filter(wanted) for entries in walked(found, query)]
    number, keys = query.page, _keys(chosen, query.sort, query.page)
    if not keys and number > 1:
        number = max(1, -(-count_rows(chosen, is_exact=True).number // PAGE_SIZE))
        keys = _keys(chosen, query.sort, number)
    has_next = len(keys) > PAGE_SIZE
    keys = keys[:PAGE_SIZE]
    if not has_next and number == 1:
        count = BoundedCount(len(keys))
    elif counts and not query.is_exact and not query.search and query.filters.codes.keys() <= {"state"}:
        count = sum((counts[state] for state in _of_state(query.state)), BoundedCount(0))
    else:
        count = count_rows(chosen, query.is_exact)
    return ListPage(number, _listed(found, keys), count, has_next)


def _keys(chosen: Streams, sort: str, page: int) -> list[UUID]:
    """One more than a page holds, where there are more."""
    start = (page - 1) * PAGE_SIZE
    rows = ordered(chosen, sort_columns(sort), sort.startswith("-"))
    return [row[-1] for row in rows[start : start + PAGE_SIZE + 1]]


def _listed(found: Streams, keys: list[UUID]) -> list[Listed]:
    rows = [row for entries in found for row in entries.filter(pk__in=keys).values_list("pk", "case_state", "newest")]
    by_key = {row[0]: Listed(*row) for row in rows}
    return [by_key[key] for key in keys]


def _of_state(code: str) -> list[str]:
    """What the code of the state filter stands for, as in_state."""
    states = [HIDDEN, *KEPT_STATES]
    return [state for state in states if code == "all" or state == code or (code == "open" and state != "read")]


def count_states(found: Streams, is_exact: bool = False) -> dict[str, BoundedCount]:
    """Cases per state, over everything."""
    if len(found) > 1:
        return _count_beside_hidden(found[1], is_exact)
    groups = [[entries] for entries in _of_each_state()]
    return {HIDDEN: BoundedCount(0)} | dict(zip(KEPT_STATES, count_each(groups, is_exact), strict=True))


@cache
def _of_each_state() -> list[Entries]:
    """All entries of each state; never evaluated themselves, but counted."""
    return [WorklistEntry.objects.filter(state=state) for state in KEPT_STATES]


def _count_beside_hidden(masked: Entries, is_exact: bool) -> dict[str, BoundedCount]:
    """Those of each state less the hidden ones of it: asking for each state without them would find them anew each time."""
    masked = masked.filter(case_state=HIDDEN)
    groups = [[entries] for entries in _of_each_state()]
    most = None if is_exact else COUNTED + 1 + masked.order_by().count()
    totals, hidden = count_beside(groups, most, masked, "state")
    as_count = BoundedCount if is_exact else bounded
    shown = {state: as_count(total - hidden.get(state, 0)) for state, total in zip(KEPT_STATES, totals, strict=True)}
    return {HIDDEN: as_count(sum(hidden.values()))} | shown
