"""One page of the worklist, and the counts beside it."""

from dataclasses import dataclass
from uuid import UUID

from webapp.viewer.worklist.bounded_count import BoundedCount, count_each, count_rows
from webapp.viewer.worklist.cases import Streams, condition, ordered, sort_columns
from webapp.viewer.worklist.filters import STATES
from webapp.viewer.worklist.query import WorklistQuery

PAGE_SIZE = 50


@dataclass(frozen=True)
class Listed:
    """A case of the list: its image, state (a code of filters.STATES) and newest result, None where it is hidden."""

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


def list_page(query: WorklistQuery, found: Streams, search: str = "") -> ListPage:
    """The page that `query` names of what is `found` for a person (cases.streams); the last one where there are fewer."""
    wanted = condition(query, search)
    chosen = [entries.filter(wanted) for entries in found]
    number, keys = query.page, _keys(chosen, query.sort, query.page)
    if not keys and number > 1:
        number = max(1, -(-count_rows(chosen, is_exact=True).number // PAGE_SIZE))
        keys = _keys(chosen, query.sort, number)
    has_next = len(keys) > PAGE_SIZE
    keys = keys[:PAGE_SIZE]
    count = count_rows(chosen, query.is_exact) if has_next or number > 1 else BoundedCount(len(keys))
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


def count_states(found: Streams, is_exact: bool = False) -> dict[str, BoundedCount]:
    """Cases per state, over everything."""
    states = [state for state in STATES if state not in ("open", "all")]
    groups = [[entries.filter(case_state=state) for entries in found] for state in states]
    return dict(zip(states, count_each(groups, is_exact), strict=True))
