"""How many there are, told exactly up to a bound: counting further would walk the whole archive at every look."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

Rows = QuerySet[Any, Any]
COUNTED = 10_000


@dataclass(frozen=True)
class BoundedCount:
    """`number` of them, or more than `number`."""

    number: int
    is_more: bool = False

    def __bool__(self) -> bool:
        return self.number > 0

    def __str__(self) -> str:
        return f"{self.number:,}+" if self.is_more else str(self.number)

    def __add__(self, other: "BoundedCount") -> "BoundedCount":
        return bounded(self.number + other.number, self.is_more or other.is_more)


def bounded(number: int, is_more: bool = False) -> BoundedCount:
    """The count of `number` things, which says no more than that they are more than COUNTED."""
    if is_more or number > COUNTED:
        return BoundedCount(COUNTED, True)
    return BoundedCount(number)


def count_rows(rows: Sequence[Rows], is_exact: bool = False) -> BoundedCount:
    """Rows of all querysets together. Bounded, no more than COUNTED + 1 rows of each are looked at."""
    return count_each([rows], is_exact)[0]


def count_each(groups: Sequence[Sequence[Rows]], is_exact: bool = False) -> list[BoundedCount]:
    """The count of each group, by one question to the database."""
    totals = count_up_to(groups, None if is_exact else COUNTED + 1)
    return [BoundedCount(total) if is_exact else bounded(total) for total in totals]


def count_up_to(groups: Sequence[Sequence[Rows]], most: int | None) -> list[int]:
    """How many rows each group has; of each queryset no more than `most` are looked at."""
    parts: list[str] = []
    values: list[Any] = []
    places: list[list[int]] = []
    for group in groups:
        mine = []
        for rows in group:
            try:
                sql, its_values = rows.order_by().values("pk")[:most].query.sql_with_params()
            except EmptyResultSet:  # Django knows that there is none
                continue
            mine.append(len(parts))
            parts.append(f"(SELECT COUNT(*) FROM ({sql}) AS counted)")  # noqa: S608  the ORM's own statement
            values += its_values
        places.append(mine)
    found: Sequence[int] = ()
    if parts:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {', '.join(parts)}", values)
            found = cursor.fetchone()
    return [sum(found[place] for place in mine) for mine in places]
