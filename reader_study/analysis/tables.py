"""Ratings of a reader study as arrays, read from long CSV.

Columns reader, test, case, truth, rating (`treatment` and `modality` mean `test`); other columns are ignored, their order
is free, ids are text, truth is 0 or 1 with one value per case, a higher rating means more abnormal, an empty rating is
missing.
"""

import csv
import io
import math
import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from inference.file_sha256 import file_sha256
from reader_study.analysis.plain_numbers import plain_number
from reader_study.analysis.refusal import DataRefused

TEST_NAMES = ("test", "treatment", "modality")


@dataclass(frozen=True)
class RatingsTable:
    """Ratings of t tests, r readers and n cases.

    ratings: float64 [t, r, n], NaN where a reader gave none. truth: bool [n], True = abnormal.
    """

    tests: tuple[str, ...]
    readers: tuple[str, ...]
    cases: tuple[str, ...]
    truth: np.ndarray
    ratings: np.ndarray
    sha256: str

    @property
    def n_normal(self) -> int:
        return int(np.sum(~self.truth))

    @property
    def n_abnormal(self) -> int:
        return int(np.sum(self.truth))


def natural_key(text: str) -> tuple[list[tuple[int, int, str]], str]:
    """Sort key in which `test 2` comes before `test 10`; names that differ have keys that differ, so that the order of a set
    never shows. Digits are 0 to 9; other characters that mean a number are letters here.
    """
    parts = [part for part in re.split(r"([0-9]+)", text) if part]
    return [_part_key(part) for part in parts], text


def _part_key(part: str) -> tuple[int, int, str]:
    if not "0" <= part[0] <= "9":
        return 1, 0, part.lower()
    digits = part.lstrip("0")
    return 0, len(digits), digits


def alike_names(word: str, names: Collection[str]) -> list[str]:
    """One sentence per pair of names that a reader takes for one: equal but for case, spaces or form of a letter."""
    seen: dict[str, str] = {}
    found = []
    for name in names:
        other = seen.setdefault("".join(unicodedata.normalize("NFKC", name).casefold().split()), name)
        if other != name:
            found.append(f"{word} '{other}' and '{name}' differ in case or form only and are taken as two")
    return found


def read_rows(path: Path, wanted: Sequence[tuple[str, ...]]) -> Iterator[tuple[int, dict[str, str]]]:
    """(row number as a spreadsheet shows it, {first alias: text}) of a CSV file.

    wanted: one tuple of accepted names per column. Raises DataRefused for an unreadable file, a missing or repeated
    column.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise DataRefused(f"{path.name}: cannot be read as UTF-8 text ({type(error).__name__})") from None
    rows = _csv_rows(path, text)
    header = [name.strip() for name in next(rows, [])]
    columns = {names[0]: _column(path, header, names) for names in wanted}
    for number, row in enumerate(rows, start=2):
        if not any(cell.strip() for cell in row):
            continue
        if len(row) < len(header):
            raise DataRefused(f"{path.name} row {number}: {len(row)} cells, the header has {len(header)}")
        yield number, {name: row[index].strip() for name, index in columns.items() if index is not None}


def _csv_rows(path: Path, text: str) -> Iterator[list[str]]:
    """Rows end at line ends alone, not at the other characters at which Python ends a line."""
    try:
        yield from csv.reader(io.StringIO(text, newline=""))
    except csv.Error as error:
        raise DataRefused(f"{path.name}: cannot be read as CSV ({error})") from None


def _column(path: Path, header: list[str], names: tuple[str, ...]) -> int | None:
    """Index of the column; a name list that starts with '?' is optional."""
    optional = names[0].startswith("?")
    found = [index for index, name in enumerate(header) if name in {n.lstrip("?") for n in names}]
    if len(found) > 1:
        raise DataRefused(f"{path.name}: columns {', '.join(header[i] for i in found)} mean the same; keep one")
    if not found and not optional:
        raise DataRefused(f"{path.name}: column '{names[0]}' is missing; found {', '.join(header) or 'an empty file'}")
    return found[0] if found else None


def number_in(path: Path, row: int, column: str, text: str) -> float:
    """A finite number; raises DataRefused naming file, row, column and value."""
    value = plain_number(text)
    if math.isnan(value):
        raise DataRefused(f"{path.name} row {row}: {column} '{text}' is not a finite number")
    return value


def truth_in(path: Path, row: int, text: str) -> bool:
    """Truth of a case; raises DataRefused unless it is 0 or 1."""
    if text not in {"0", "1"}:
        raise DataRefused(f"{path.name} row {row}: truth '{text}' is not one of 0, 1")
    return text == "1"


def read_ratings(path: Path, case_column: str = "case") -> RatingsTable:
    """Read a ratings file.

    Raises DataRefused for a missing column, an empty id, truth other than 0 or 1, truth that differs within a case, a
    rating that is no finite number, a duplicate (reader, test, case), and a table without any rating.
    """
    wanted = [("reader",), TEST_NAMES, (case_column,), ("truth",), ("rating",)]
    cells: dict[tuple[str, str, str], float] = {}
    truths: dict[str, bool] = {}
    for row, values in read_rows(path, wanted):
        test, reader, case = values["test"], values["reader"], values[case_column]
        for column, text in (("reader", reader), ("test", test), (case_column, case)):
            if not text:
                raise DataRefused(f"{path.name} row {row}: {column} is empty")
        truth = truth_in(path, row, values["truth"])
        if truths.setdefault(case, truth) != truth:
            raise DataRefused(f"{path.name} row {row}: truth {int(truth)} of case '{case}' was {int(not truth)} before")
        if (test, reader, case) in cells:
            raise DataRefused(f"{path.name} row {row}: reader '{reader}', test '{test}', case '{case}' stands twice")
        text = values["rating"]
        cells[test, reader, case] = math.nan if text == "" else number_in(path, row, "rating", text)
    if not cells or all(math.isnan(value) for value in cells.values()):
        raise DataRefused(f"{path.name}: no ratings")
    return _table(cells, truths, file_sha256(path))


def read_agreement(path: Path) -> RatingsTable:
    """Read ratings for agreement: `truth` and `test` are optional. Raises DataRefused as read_ratings does."""
    wanted = [("reader",), ("?test", "treatment", "modality"), ("case",), ("rating",)]
    cells: dict[tuple[str, str, str], float] = {}
    for row, values in read_rows(path, wanted):
        key = (values.get("?test", "all"), values["reader"], values["case"])
        if key in cells:
            raise DataRefused(
                f"{path.name} row {row}: reader '{key[1]}', test '{key[0]}', case '{key[2]}' stands twice"
            )
        text = values["rating"]
        cells[key] = math.nan if text == "" else number_in(path, row, "rating", text)
    if not cells or all(math.isnan(value) for value in cells.values()):
        raise DataRefused(f"{path.name}: no ratings")
    return _table(cells, {key[2]: False for key in cells}, file_sha256(path))


def _table(cells: dict[tuple[str, str, str], float], truths: dict[str, bool], digest: str) -> RatingsTable:
    tests = tuple(sorted({key[0] for key in cells}, key=natural_key))
    readers = tuple(sorted({key[1] for key in cells}, key=natural_key))
    cases = tuple(sorted(truths, key=natural_key))
    place = [{name: index for index, name in enumerate(names)} for names in (tests, readers, cases)]
    ratings = np.full((len(tests), len(readers), len(cases)), np.nan)
    for (test, reader, case), value in cells.items():
        ratings[place[0][test], place[1][reader], place[2][case]] = value
    return RatingsTable(tests, readers, cases, np.array([truths[case] for case in cases]), ratings, digest)
