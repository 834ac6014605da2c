"""Reading MARKS.csv and LESIONS.csv of a free-response study.

MARKS.csv: reader,test,case,mark_type,lesion,rating (mark_type NL or LL; `mark_index` means `lesion`), or raw
reader,test,case,x,y[,w,h],rating with a hit rule. LESIONS.csv: case,n_lesions, or case,lesion[,weight][,x,y,w,h].
Weights default to 1 / n_lesions. A normal case without any mark still counts: `n_lesions` 0, or `normals`.

READINGS.csv: reader,test,case of every reading, or rows of mark_type NONE in MARKS.csv for readings without a mark. Readings are
then declared: a case that was not read is missing, one that was read without marks counts, and so does a reader without any mark.
"""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from reader_study.analysis.froc import MarksTable
from reader_study.analysis.matching import Region, match_marks
from reader_study.analysis.plain_numbers import plain_whole
from reader_study.analysis.refusal import DataRefused
from reader_study.analysis.tables import TEST_NAMES, natural_key, number_in, read_rows

MOST_LESIONS = 1000  # of one case
Key = tuple[str, str, str]  # test, reader, case
UNDECLARED = (
    "readings are not declared: every reader with a mark counts as having read every case in every test, and a reader without"
    " any mark is not there; declare readings to tell unread from empty"
)


@dataclass
class CaseLesions:
    """Lesions of one case: ids in order, weights, regions where the file gives them."""

    ids: list[str] = field(default_factory=list)
    weights: list[float] = field(default_factory=list)
    regions: list[Region | None] = field(default_factory=list)


@dataclass
class _Cell:
    nl: list[float] = field(default_factory=list)
    ll: dict[str, float] = field(default_factory=dict)
    raw: list[tuple[Region, float]] = field(default_factory=list)


def read_lesions(path: Path) -> dict[str, CaseLesions]:
    """Lesions by case, cases with none included. Raises DataRefused naming row and value."""
    header = _header(path)
    cases: dict[str, CaseLesions] = {}
    if "n_lesions" in header:
        for row, values in read_rows(path, [("case",), ("n_lesions",)]):
            if values["case"] in cases:
                raise DataRefused(f"{path.name} row {row}: case '{values['case']}' stands twice")
            count = plain_whole(values["n_lesions"])
            if count is None or count > MOST_LESIONS:
                text = f"n_lesions '{values['n_lesions']}' is not a whole number from 0 to {MOST_LESIONS}"
                raise DataRefused(f"{path.name} row {row}: {text}")
            ids = [str(k + 1) for k in range(count)]
            cases[values["case"]] = CaseLesions(ids, [1 / max(count, 1)] * count, [None] * count)
        return cases
    wanted = [("case",), ("lesion",), ("?weight",), ("?x",), ("?y",), ("?w",), ("?h",)]
    for row, values in read_rows(path, wanted):
        entry = cases.setdefault(values["case"], CaseLesions())
        if values["lesion"] in entry.ids:
            raise DataRefused(
                f"{path.name} row {row}: lesion '{values['lesion']}' of case '{values['case']}' stands twice"
            )
        entry.ids.append(values["lesion"])
        weight = values.get("?weight", "")
        entry.weights.append(number_in(path, row, "weight", weight) if weight else float("nan"))
        entry.regions.append(_region(path, row, values, "?"))
    for case, entry in cases.items():
        _complete_weights(path, case, entry)
    return cases


def _header(path: Path) -> list[str]:
    """Column names, to tell the two layouts apart; read_rows reports what is wrong with the file."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError):
        return []
    return [cell.strip() for cell in lines[0].split(",")] if lines else []


def _complete_weights(path: Path, case: str, entry: CaseLesions) -> None:
    if np.isnan(entry.weights).all():
        entry.weights = [1 / len(entry.ids)] * len(entry.ids)
    if np.isnan(entry.weights).any() or abs(sum(entry.weights) - 1) > 1e-6 or min(entry.weights) < 0:
        raise DataRefused(f"{path.name}: weights of case '{case}' are {entry.weights}; they must be >= 0 and sum to 1")


def _region(path: Path, row: int, values: dict[str, str], mark: str) -> Region | None:
    texts = [values.get(mark + name, "") for name in "xywh"]
    if not texts[0] or not texts[1]:
        return None
    return Region(
        *(number_in(path, row, name, text) if text else 0.0 for name, text in zip("xywh", texts, strict=True))
    )


def read_readings(path: Path) -> set[Key]:
    """(test, reader, case) of every reading. Raises DataRefused for an empty id, a reading that stands twice, and an empty file."""
    found: set[Key] = set()
    for row, values in read_rows(path, [("reader",), TEST_NAMES, ("case",)]):
        key = values["test"], values["reader"], values["case"]
        if not all(key):
            raise DataRefused(f"{path.name} row {row}: reader, test or case is empty")
        if key in found:
            raise DataRefused(f"{path.name} row {row}: reading of {_words(key)} stands twice")
        found.add(key)
    if not found:
        raise DataRefused(f"{path.name}: no readings")
    return found


def _words(key: Key) -> str:
    return f"reader '{key[1]}', test '{key[0]}', case '{key[2]}'"


def read_marks(
    marks: Path, lesions: Path, normals: int | None = None, hit: str | None = None, readings: Path | None = None
) -> MarksTable:
    """The table of a free-response study.

    readings: the file of all readings; rows of mark_type NONE declare those without marks.

    normals: number of normal cases where LESIONS.csv lists abnormal ones only. hit: rule for raw marks. Raises DataRefused
    naming file, row and value, and where no case of a class exists.
    """
    truth = read_lesions(lesions)
    cells, without_mark = _read_cells(marks, truth, hit)
    listed = read_readings(readings) if readings else None
    if listed is not None and (beyond := sorted(set(cells) - listed)):
        raise DataRefused(
            f"{marks.name}: marks of {_words(beyond[0])}, which {readings.name if readings else ''} does not list"
        )
    if not cells and not without_mark and not listed:
        raise DataRefused(f"{marks.name}: no marks")
    declared = listed if listed is not None else set(cells) | without_mark if without_mark else None
    seen = {case for _, _, case in (declared if declared is not None else cells)}
    abnormal = sorted((case for case, entry in truth.items() if entry.ids), key=natural_key)
    normal = sorted({case for case, entry in truth.items() if not entry.ids} | (seen - set(truth)), key=natural_key)
    unseen, warnings = _unseen(normals, len(normal), len(seen - set(truth)), lesions, is_declared=declared is not None)
    n0 = len(normal) + unseen
    if n0 < 2 or len(abnormal) < 2:
        raise DataRefused(f"{n0} normal and {len(abnormal)} abnormal cases; at least 2 of each are needed")
    digest = _digest(marks, lesions, *([readings] if readings else []))
    return _assemble(cells, declared, truth, normal, unseen, abnormal, digest, tuple(warnings))


def _unseen(
    normals: int | None, known: int, assumed: int, lesions: Path, *, is_declared: bool
) -> tuple[int, list[str]]:
    """How many normal cases stand in no file, and what is said."""
    if normals is not None and normals < known:
        raise DataRefused(f"--normals {normals} is fewer than the {known} normal cases in the files")
    if is_declared:
        if normals is not None and normals != known:
            raise DataRefused(f"--normals {normals}: the declared readings are of {known} normal cases; declare all")
        return 0, []
    warnings = []
    if normals is None and assumed:
        warnings.append(f"{assumed} marked cases missing from {lesions.name} were taken as all the normal cases")
    warnings.append(UNDECLARED)
    return (normals - known if normals is not None else 0), warnings


def _digest(*paths: Path) -> str:
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _read_cells(path: Path, truth: dict[str, CaseLesions], hit: str | None) -> tuple[dict[Key, _Cell], set[Key]]:
    """Marks by (test, reader, case), and the readings that are declared to have none."""
    names = [
        ("reader",),
        TEST_NAMES,
        ("case",),
        ("?mark_type",),
        ("?lesion", "mark_index"),
        ("?x",),
        ("?y",),
        ("?w",),
        ("?h",),
        ("rating",),
    ]
    cells: dict[Key, _Cell] = {}
    without_mark: set[Key] = set()
    for row, values in read_rows(path, names):
        key = values["test"], values["reader"], values["case"]
        if values.get("?mark_type") == "NONE":
            without_mark.add(key)
            continue
        rating = number_in(path, row, "rating", values["rating"])
        cell = cells.setdefault(key, _Cell())
        if "?mark_type" in values:
            _add_typed(path, row, values, rating, cell, truth)
            continue
        region = _region(path, row, values, "?")
        if region is None or hit is None:
            raise DataRefused(
                f"{path.name} row {row}: raw marks need x, y and --hit; otherwise give mark_type NL or LL"
            )
        cell.raw.append((region, rating))
    if both := sorted(without_mark & set(cells)):
        raise DataRefused(f"{path.name}: {_words(both[0])} has marks and a row of mark_type NONE")
    _match_raw(cells, truth, hit)
    return cells, without_mark


def _match_raw(cells: dict[Key, _Cell], truth: dict[str, CaseLesions], hit: str | None) -> None:
    """Raw marks become lesion and non-lesion ratings."""
    for (_, _, case), cell in cells.items():
        if cell.raw:
            entry = truth.get(case, CaseLesions())
            if any(region is None for region in entry.regions):
                raise DataRefused(f"lesions of case '{case}' have no x, y, w, h; raw marks need them")
            cell.nl, ratings = match_marks(cell.raw, [region for region in entry.regions if region], hit or "centre")
            cell.ll = dict(zip(entry.ids, ratings, strict=True))


def _add_typed(
    path: Path, row: int, values: dict[str, str], rating: float, cell: _Cell, truth: dict[str, CaseLesions]
) -> None:
    kind, case, lesion = values["?mark_type"], values["case"], values.get("?lesion", "")
    if kind not in {"NL", "LL"}:
        raise DataRefused(f"{path.name} row {row}: mark_type '{kind}' is not one of NL, LL, NONE")
    if kind == "NL":
        cell.nl.append(rating)
        return
    known = truth.get(case, CaseLesions()).ids
    if lesion not in known:
        raise DataRefused(
            f"{path.name} row {row}: lesion '{lesion}' of case '{case}' is not one of {', '.join(known) or 'none'}"
        )
    if lesion in cell.ll:
        raise DataRefused(f"{path.name} row {row}: lesion '{lesion}' of case '{case}' is marked twice by one reader")
    cell.ll[lesion] = rating


def _assemble(
    cells: dict[Key, _Cell],
    declared: set[Key] | None,
    truth: dict[str, CaseLesions],
    normal: list[str],
    unseen: int,
    abnormal: list[str],
    digest: str,
    warnings: tuple[str, ...],
) -> MarksTable:
    keys = cells if declared is None else declared
    tests = tuple(sorted({key[0] for key in keys}, key=natural_key))
    readers = tuple(sorted({key[1] for key in keys}, key=natural_key))
    n0, n1 = len(normal) + unseen, len(abnormal)
    most = max(len(truth[case].ids) for case in abnormal)
    nl = np.full((len(tests), len(readers), n0 + n1), -np.inf)
    lesions = np.full((len(tests), len(readers), n1, most), np.nan)
    weights = np.zeros((n1, most))
    column = {case: k for k, case in enumerate(normal)} | {case: n0 + k for k, case in enumerate(abnormal)}
    for k, case in enumerate(abnormal):
        weights[k, : len(truth[case].ids)] = truth[case].weights
        lesions[:, :, k, : len(truth[case].ids)] = -np.inf
    for (test, reader, case), cell in cells.items():
        place = tests.index(test), readers.index(reader)
        if cell.nl:
            nl[(*place, column[case])] = max(cell.nl)
        for lesion, rating in cell.ll.items():
            lesions[(*place, column[case] - n0, truth[case].ids.index(lesion))] = rating
    if declared is not None:
        read = np.zeros(nl.shape, bool)
        for test, reader, case in declared:
            read[tests.index(test), readers.index(reader), column[case]] = True
        nl[~read] = np.nan
        lesions[~read[:, :, n0:]] = np.nan
    return MarksTable(tests, readers, n0, nl, lesions, weights, digest, warnings)
