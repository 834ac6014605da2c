"""The worklist's filters, sort and page as codes in the address. Nothing about a patient ever stands there."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from webapp.archive.view_positions import VIEWS
from webapp.reviews.scheme_versions import current_scheme

STATES = {
    "open": "open",
    "to_read": "to read",
    "waiting": "waiting",
    "refused": "refused",
    "failed": "failed",
    "no_model": "no model",
    "read": "read",
    "hidden": "hidden",
    "all": "all",
}
SORTS = ("-arrived", "arrived", "-finding", "finding", "-study", "study")
DEFAULT_STATE, DEFAULT_SORT = "open", "-arrived"
CODE = re.compile(r"[A-Za-z0-9_]{1,64}")
SEARCH = re.compile(r"[0-9a-f]{8}")
LAST_PAGE = 1_000_000


@dataclass(frozen=True)
class WorklistQuery:
    """One choice of filters; empty text = any. `search` is the code of a text that the session keeps."""

    state: str = DEFAULT_STATE
    view: str = ""
    finding: str = ""
    site: str = ""
    search: str = ""
    sort: str = DEFAULT_SORT
    page: int = 1

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> "WorklistQuery":
        """Raises ValueError naming the code that is not known."""
        page = query.get("page", "") or "1"
        if not re.fullmatch(r"[0-9]{1,7}", page) or not 1 <= int(page) <= LAST_PAGE:
            raise ValueError(f"page {page[:40]!r} is not a whole number from 1")
        return cls(
            state=_known(query, "state", STATES) or DEFAULT_STATE,
            view=_known(query, "view", VIEWS),
            finding=_shaped(query, "finding", CODE),
            site=_known(query, "site", current_scheme().sites) if query.get("site") else "",
            search=_shaped(query, "search", SEARCH),
            sort=_known(query, "sort", dict.fromkeys(SORTS)) or DEFAULT_SORT,
            page=int(page),
        )

    def as_query(self, **changes: str | int) -> str:
        """The address's query with some codes changed; defaults are left out. Starts with "?" or is empty."""
        other = replace(self, **changes)  # type: ignore[arg-type]
        codes = {name: value for name, value in vars(other).items() if value != getattr(WorklistQuery(), name)}
        return f"?{urlencode(codes)}" if codes else ""

    @property
    def is_narrowed(self) -> bool:
        """True when anything but the default state filter leaves cases out."""
        return bool(self.view or self.finding or self.site or self.search or self.state not in (DEFAULT_STATE, "all"))


def _known(query: Mapping[str, str], name: str, allowed: Mapping[str, object]) -> str:
    value = query.get(name, "")
    if value and value not in allowed:
        raise ValueError(f"{name} {value[:40]!r} is not one of {', '.join(allowed)}")
    return value


def _shaped(query: Mapping[str, str], name: str, shape: re.Pattern[str]) -> str:
    value = query.get(name, "")
    if value and not shape.fullmatch(value):
        raise ValueError(f"{name} {value[:40]!r} is not a code of the form {shape.pattern}")
    return value
