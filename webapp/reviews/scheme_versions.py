"""The failure scheme in force, every earlier version for reading old rows, and the maps that lead from old to new."""

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Any

from webapp.accounts.models import User
from webapp.reviews.failure_scheme import KINDS, SCHEME_VERSION, VERSION_1, Scheme
from webapp.reviews.models import FailureSchemeVersion

Codes = dict[str, list[dict[str, Any]]]
# How often each code of a column was used outside reviews, of what the person may see: rooms above register theirs.
CodeUses = Callable[[User, str], Mapping[str, int]]
CODE_USES: list[CodeUses] = []


def current_scheme() -> Scheme:
    """The published version with the highest number; the built-in version 1 until somebody publishes another."""
    rows = FailureSchemeVersion.objects.filter(state=FailureSchemeVersion.State.PUBLISHED)
    newest = rows.order_by("-version").first()
    return VERSION_1 if newest is None else scheme_of_codes(newest.version, newest.codes)


class SchemeBook:
    """Every published version. Version 1 needs no query, so a page of its rows costs none."""

    @cached_property
    def _published(self) -> dict[int, FailureSchemeVersion]:
        rows = FailureSchemeVersion.objects.filter(state=FailureSchemeVersion.State.PUBLISHED)
        return {row.version: row for row in rows.order_by("version")}

    @cached_property
    def _schemes(self) -> dict[int, Scheme]:
        return {version: scheme_of_codes(version, row.codes) for version, row in self._published.items()}

    def version(self, number: int) -> Scheme | None:
        """That version; None when it was never published."""
        return VERSION_1 if number == SCHEME_VERSION else self._schemes.get(number)

    def title(self, version: int, kind: str, code: Any) -> str:
        """The title of a code as the version of its row had it."""
        scheme = self.version(version)
        return str(code) if scheme is None else scheme.title(kind, code)

    @property
    def current(self) -> Scheme:
        """The version in force."""
        return self._schemes[max(self._schemes)] if self._schemes else VERSION_1

    def carried(self, version: int, kind: str, code: Any) -> Any:
        """The code in the version in force, through every map since `version`; a code without a successor stays itself."""
        for number, row in self._published.items():
            if number > version:
                code = row.map.get(kind, {}).get(str(code)) or code
        return int(code) if kind == "severities" else code

    def map_words(self, versions: Iterable[int]) -> list[str]:
        """What the maps since the oldest of these versions did, a line for each version; empty when nothing was mapped."""
        oldest = min(versions, default=self.current.version)
        return [
            f"{number - 1} to {number}: {changes_in_words(row.map)}"
            for number, row in self._published.items()
            if number > oldest
        ]


def scheme_of_codes(version: int, codes: Codes) -> Scheme:
    """The scheme that stored codes mean; severities are numbers."""
    titles: dict[str, dict[Any, str]] = {}
    retired: dict[str, dict[Any, str]] = {}
    for kind in KINDS:
        rows = [(_key(kind, row["code"]), row) for row in codes[kind]]
        titles[kind] = {code: row["title"] for code, row in rows}
        retired[kind] = {code: row["into"] for code, row in rows if row["retired"]}
    return Scheme(version, retired=retired, **titles)


def codes_of(scheme: Scheme) -> Codes:
    """The scheme as a draft stores it."""
    return {
        kind: [
            {"code": str(code), "title": title, "retired": code in gone, "into": gone.get(code, "")}
            for code, title in scheme.titles(kind).items()
        ]
        for kind in KINDS
        for gone in [scheme.retired.get(kind, {})]
    }


def map_between(old: Scheme, codes: Codes) -> dict[str, dict[str, str | None]]:
    """kind -> code in use in the old version -> code in the new one; None for one that is retired without a successor."""
    found: dict[str, dict[str, str | None]] = {}
    for kind in KINDS:
        rows = {row["code"]: row for row in codes[kind]}
        own = [str(code) for code in old.in_use(kind)]
        found[kind] = {code: (rows[code]["into"] or None) if rows[code]["retired"] else code for code in own}
    return found


def changes_in_words(mapping: Mapping[str, Mapping[str, str | None]]) -> str:
    """The codes that a map does not leave as they were."""
    moved = [
        f"{old} → {new or 'retired'}" for kind in KINDS for old, new in mapping.get(kind, {}).items() if new != old
    ]
    return ", ".join(moved) or "every code stays"


def _key(kind: str, code: str) -> Any:
    return int(code) if kind == "severities" else code
