"""The cases before and after one, in the order of the worklist its reader came from."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib.sessions.backends.base import SessionBase
from django.db.models import BooleanField, F, Func, Value

from webapp.accounts.policy import Person
from webapp.archive.models import Image
from webapp.viewer.worklist.bounded_count import BoundedCount, count_each
from webapp.viewer.worklist.cases import Streams, condition, ordered, sort_columns, streams, walked
from webapp.viewer.worklist.query import WorklistQuery
from webapp.viewer.worklist.searches import search_text

OPENED_KEY, OPENED_KEPT = "worklist_opened", 200
AHEAD = 2  # cases that a page may fetch before they are opened
Key = tuple[Any, ...]


@dataclass(frozen=True)
class Neighbours:
    """Place of a case in its list: position from 1, count, the id before it (None at the start), up to AHEAD ids after it."""

    previous: UUID | None
    following: list[UUID]
    position: BoundedCount
    count: BoundedCount

    @property
    def next(self) -> UUID | None:
        """None at the end."""
        return self.following[0] if self.following else None


class Beyond(Func):
    """Whether the columns, read as one value, come after (`>`) or before (`<`) those of another row: an index finds the place."""

    output_field = BooleanField()

    def __init__(self, sign: str, columns: tuple[str, ...], key: Key) -> None:
        super().__init__(*(F(column) for column in columns), *(Value(value) for value in key))
        self.sign, self.key = sign, key

    def resolve_expression(self, *args: Any, **kwargs: Any) -> "Beyond":
        """Gives each value the type of its column, so that it is written as the database stores it."""
        resolved = super().resolve_expression(*args, **kwargs)
        columns = resolved.source_expressions[: len(self.key)]
        typed = [Value(value, column.output_field) for column, value in zip(columns, self.key, strict=True)]
        resolved.set_source_expressions([*columns, *typed])
        return resolved  # type: ignore[no-any-return]

    def as_sql(self, compiler: Any, connection: Any, *args: Any, **kwargs: Any) -> tuple[str, Any]:
        parts = [compiler.compile(part) for part in self.source_expressions]
        half = len(parts) // 2
        sides = [", ".join(sql for sql, _ in side) for side in (parts[:half], parts[half:])]
        return f"({sides[0]}) {self.sign} ({sides[1]})", [value for _, values in parts for value in values]


def neighbours(image: Image, query: WorklistQuery, user: Person, session: SessionBase) -> Neighbours:
    """Cases opened since the list was shown stay in it, so that reading one does not pull it from under its neighbours."""
    found = walked(streams(user), query)
    wanted = condition(query, search_text(session, query.search))
    chosen = [entries.filter(wanted) for entries in found]
    opened = {*map(UUID, session.get(OPENED_KEY, [])), image.pk}
    listed = {key for entries in chosen for key in entries.filter(pk__in=opened).values_list("pk", flat=True)}
    kept = [entries.filter(pk__in=opened - listed) for entries in found]
    everything = chosen + kept
    columns, is_descending = sort_columns(query.sort), query.sort.startswith("-")
    key = next(row for entries in found for row in entries.filter(pk=image.pk).values_list(*columns))
    after, before = ("<", ">") if is_descending else (">", "<")
    earlier = [entries.filter(Beyond(before, columns, key)) for entries in everything]
    before_it, count = count_each([earlier, everything])
    return Neighbours(
        previous=next(iter(_first(earlier, columns, not is_descending, 1)), None),
        following=_first(
            [entries.filter(Beyond(after, columns, key)) for entries in everything], columns, is_descending, AHEAD
        ),
        position=before_it + BoundedCount(1),
        count=count,
    )


def _first(entries: Streams, columns: tuple[str, ...], is_descending: bool, number: int) -> list[UUID]:
    return [row[-1] for row in ordered(entries, columns, is_descending)[:number]]


def remember_opened(session: SessionBase, image: Image) -> None:
    """Called when a case is opened."""
    opened = session.get(OPENED_KEY, [])
    if str(image.pk) not in opened:
        session[OPENED_KEY] = [*opened, str(image.pk)][-OPENED_KEPT:]


def forget_opened(session: SessionBase) -> None:
    """Called when the list is shown: it is taken anew."""
    session.pop(OPENED_KEY, None)
