"""The worklist's filters, sort and page as codes in the address. Nothing about a patient ever stands there."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from webapp.accounts.policy import Person
from webapp.viewer.worklist.filters import DEFAULT_STATE, WorklistFilters

SORTS = ("-arrived", "arrived", "-finding", "finding", "-study", "study")
DEFAULT_SORT = "-arrived"
SEARCH = re.compile(r"[0-9a-f]{8}")
QUERY_KEY = "worklist_query"  # in the session: codes of the list shown last
LAST_PAGE = 1_000_000
EXACT = "exact"
# What these are when the address does not name them; a filter's default stands in its declaration.
DEFAULTS: dict[str, str | int] = {"search": "", "sort": DEFAULT_SORT, "count": "", "page": 1}


@dataclass(frozen=True)
class WorklistQuery:
    """One choice of checked filters. `search` is the code of a text that the session keeps; empty: none. is_exact: counts
    are told beyond their bound, at the price of a walk through everything."""

    filters: WorklistFilters
    search: str
    sort: str
    page: int
    is_exact: bool = False

    @classmethod
    def from_query(cls, query: Mapping[str, str], person: Person) -> "WorklistQuery":
        """What `person` asks for. Raises ValueError naming the code that is not known."""
        page, sort, search = query.get("page") or "1", query.get("sort") or DEFAULT_SORT, query.get("search") or ""
        if not re.fullmatch(r"[0-9]{1,7}", page) or not 1 <= int(page) <= LAST_PAGE:
            raise ValueError(f"page {page[:40]!r} is not a whole number from 1")
        filters = WorklistFilters(query, person=person).checked()
        if search and not SEARCH.fullmatch(search):
            raise ValueError(f"search {search[:40]!r} is not a code of the form {SEARCH.pattern}")
        if sort not in SORTS:
            raise ValueError(f"sort {sort[:40]!r} is not one of {', '.join(SORTS)}")
        count = query.get("count") or ""
        if count not in ("", EXACT):
            raise ValueError(f"count {count[:40]!r} is not {EXACT}")
        return cls(filters, search, sort, int(page), count == EXACT)

    @property
    def state(self) -> str:
        """The code of the state filter, which decides what a list is called."""
        return self.filters.values["state"]

    @property
    def kept(self) -> dict[str, str]:
        """Codes that a form of the page sends on, defaults left out: all but the page."""
        return {name: str(value) for name, value in self._codes({"page": 1}).items()}

    def as_query(self, **changes: str | int) -> str:
        """The address's query with some codes changed; defaults are left out. Starts with "?" or is empty."""
        codes = self._codes(changes)
        return f"?{urlencode(codes)}" if codes else ""

    @property
    def is_narrowed(self) -> bool:
        """True when anything but the default state filter leaves cases out."""
        return bool(self.filters.codes.keys() - {"state"} or self.search or self.state not in (DEFAULT_STATE, "all"))

    def _codes(self, changes: Mapping[str, str | int]) -> dict[str, str | int]:
        """Raises KeyError for a change of a code that does not exist."""
        own: dict[str, str | int] = {**self.filters.values, "search": self.search, "sort": self.sort, "page": self.page}
        own |= {"count": EXACT if self.is_exact else "", **changes}
        defaults = {name: one.default for name, one in self.filters.filters.items()} | DEFAULTS
        return {name: value for name, value in own.items() if value != defaults[name]}
