"""CSV tables read row by row, with errors that name the file, the row and the column."""

from __future__ import annotations

import contextlib
import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

from training.data.records import VIEWS, Box, DataError, checked_box


def rows(path: Path, columns: Sequence[str]) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield ("FILE row N", row) for every line; row numbers count the header as row 1, as spreadsheets do.

    Raises DataError when the file or one of `columns` is missing, or a row is short.
    """
    try:
        handle = path.open(newline="", encoding="utf-8-sig")
    except OSError as error:
        raise DataError(f"{path.name}: cannot be read in folder {path.parent.name!r} ({error.strerror})") from error
    with handle, readable_text(path):
        reader = csv.DictReader(handle)
        header = reader.fieldnames or []
        missing = [name for name in columns if name not in header]
        if missing:
            raise DataError(
                f"{path.name} row 1: column {missing[0]!r} is missing; found {', '.join(header) or 'nothing'}"
            )
        for row in reader:
            where = f"{path.name} row {reader.line_num}"
            short = [name for name in columns if row[name] is None]
            if short:
                raise DataError(f"{where}: no value for column {short[0]!r}; the header names {len(header)} columns")
            yield where, row


@contextlib.contextmanager
def readable_text(path: Path) -> Iterator[None]:
    """Raises DataError for bytes that are no UTF-8, such as UTF-16 of a spreadsheet, and for broken CSV."""
    try:
        yield
    except (UnicodeDecodeError, csv.Error) as error:
        raise DataError(
            f"{path.name}: cannot be read as a CSV table in UTF-8 ({error}); save it as CSV UTF-8"
        ) from error


def number(text: str, where: str, column: str) -> float:
    """A float, or a DataError that names the cell."""
    try:
        return float(text)
    except ValueError as error:
        raise DataError(f"{where}: {column} {text!r} is not a number") from error


def view(text: str, where: str) -> str:
    """PA, AP or the empty string."""
    value = text.strip().upper()
    if value not in VIEWS:
        raise DataError(f"{where}: view {text!r} is not one of PA, AP or empty")
    return value


def boxes(text: str, key: str, side: float, scale: float, where: str) -> list[Box]:
    """Boxes of a cell `x,y,w,h;x,y,w,h`, given in a square of `side` pixels, multiplied by `scale`."""
    found = []
    for part in filter(None, text.split(";")):
        numbers = [number(cell, where, "box") for cell in part.split(",")]
        box = checked_box(key, numbers, side, side, where)
        found.append(Box(key, *(scale * n for n in box[1:])))
    return found
