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
    sql, values, places = _counting(groups, most)
    if not sql:
        return [0] * len(groups)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {sql}", values)
        return _summed(cursor.fetchone(), places)


def count_beside(
    groups: Sequence[Sequence[Rows]], most: int | None, values: Rows, column: str
) -> tuple[list[int], dict[Any, int]]:
    """As count_up_to, and how often each value of `column` stands in the rows `values`, by one statement: counts of two
    would be of two moments, and what is taken from them could be less than nothing."""
    counted, parameters, places = _counting(groups, most)
    try:
        sql, its_parameters = values.order_by().values(column).query.sql_with_params()
    except EmptyResultSet:
        return count_up_to(groups, most), {}
    grouped = f'SELECT "{column}", COUNT(*) AS times FROM ({sql}) AS each_value GROUP BY "{column}"'  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT found."{column}", found.times, totals.* FROM (SELECT {counted}) AS totals '  # noqa: S608
            f"LEFT JOIN ({grouped}) AS found ON 1 = 1",
            [*parameters, *its_parameters],
        )
        rows = cursor.fetchall()
    times = {value: count for value, count, *_ in rows if count is not None}
    return _summed(rows[0][2:], places), times


def _counting(groups: Sequence[Sequence[Rows]], most: int | None) -> tuple[str, list[Any], list[list[int]]]:
    """Columns that count each queryset, their parameters, and which of the columns belong to each group."""
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
            parts.append(f"(SELECT COUNT(*) FROM ({sql}) AS counted) AS total_{len(parts)}")  # noqa: S608  the ORM's own
            values += its_values
        places.append(mine)
    return ", ".join(parts), values, places


def _summed(found: Sequence[int], places: list[list[int]]) -> list[int]:
    return [sum(found[place] for place in mine) for mine in places]
