"""One cell of a table: the paper's number beside ours, with our interval and what may be said of the two."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from scipy.stats import t as student

from training.tables.columns import column_of, heading
from training.tables.experiment_file import Expected

Document = dict[str, Any]


@dataclass(frozen=True)
class Cell:
    """ours, ci, difference: in the paper's unit (percent where it prints percent). agrees: the paper's value lies in our
    interval; None when nothing can be said, with the reason in `note`. Reported, never asserted."""

    key: str
    paper: float | None
    paper_sd: float | None
    ours: float | None
    ours_sd: float | None
    ci: tuple[float, float] | None
    difference: float | None
    agrees: bool | None
    n: int | None
    method: str = ""
    note: str = ""

    def document(self) -> Document:
        """JSON-ready."""
        return asdict(self)


def cell(key: str, expected: Expected | None, runs: Sequence[Document | None], is_percent: bool) -> Cell:
    """The cell of one column from the metric documents {value, ci, n, method, note?} of one run per seed.

    One run: its own interval. Several: their mean and sd; the interval is Student's, of the mean where the paper prints
    "±", of one further run where the paper prints one (mean -+ t sd sqrt(1 + 1/k)).
    """
    known = [run for run in runs if run is not None and _is_number(run.get("value"))]
    factor = 100.0 if is_percent else 1.0
    paper, paper_sd = (expected.value, expected.sd) if expected else (None, None)
    if not known:
        notes = "; ".join(sorted({str(run.get("note") or "") for run in runs if run} - {""}))
        return Cell(key, paper, paper_sd, None, None, None, None, None, None, "", notes or "not measured")
    values = [factor * float(run["value"]) for run in known]
    first = known[0]
    digits = _digits(key, is_percent)
    method, note = str(first.get("method") or ""), "; ".join(_beside(first, factor, digits))
    sd = float(np.std(values, ddof=1)) if len(values) > 1 else None
    if sd is None:
        ci = _scaled(first.get("ci"), factor)
    else:
        further = 1.0 if expected is not None and paper_sd is None else 0.0
        half = float(student.ppf(0.975, len(values) - 1)) * sd * math.sqrt(further + 1 / len(values))
        ci = (float(np.mean(values)) - half, float(np.mean(values)) + half)
        which = "one further run" if further else "the mean"
        method = f"Student's t, {len(values)} runs, of {which}; one run: {method}"
    ours = float(np.mean(values))
    difference = None if paper is None else ours - paper
    agrees, reason = _agreement(key, paper, ci)
    n = int(first["n"]) if _is_number(first.get("n")) else None
    return Cell(
        key, paper, paper_sd, ours, sd, ci, difference, agrees, n, method, "; ".join(filter(None, (note, reason)))
    )


def _beside(run: Document, factor: float, digits: int) -> list[str]:
    """What stands beside a number: its note, the noise floor of a calibration error, chance and location prior of a map."""
    parts = [str(run["note"])] if run.get("note") else []
    floor = run.get("noise_floor")
    if floor:
        low, high = (factor * value for value in floor["range"])
        parts.append(f"noise floor {factor * floor['mean']:.{digits}f} ({low:.{digits}f} – {high:.{digits}f})")
    for name in ("chance", "location_prior"):
        if _is_number(run.get(name)):
            parts.append(f"{name.replace('_', ' ')} {factor * run[name]:.{digits}f}")
    return parts


def _agreement(key: str, paper: float | None, ci: tuple[float, float] | None) -> tuple[bool | None, str]:
    if paper is None:
        return None, ""
    if not column_of(key)[0].comparable:
        return None, "not comparable"
    if ci is None:
        return None, "no interval"
    return ci[0] <= paper <= ci[1], ""


def _digits(key: str, is_percent: bool) -> int:
    return 2 if is_percent else column_of(key)[0].digits


def column_document(key: str, is_percent: bool) -> Document:
    """What the page needs to head and format a column."""
    column = column_of(key)[0]
    digits = _digits(key, is_percent)
    return {
        "key": key,
        "heading": heading(key),
        "percent": is_percent,
        "digits": digits,
        "comparable": column.comparable,
    }


def _scaled(ci: Any, factor: float) -> tuple[float, float] | None:
    if not isinstance(ci, list | tuple) or len(ci) != 2 or not all(map(_is_number, ci)):
        return None
    return factor * float(ci[0]), factor * float(ci[1])


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
