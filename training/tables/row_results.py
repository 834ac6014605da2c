"""What one finished run of a row is to the table, kept as result.json so that it is not run twice."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from training.run.files import RunError, read_json, write_json
from training.tables.experiment_file import PaperRow

RESULT = "result.json"
VERSION = 1  # raise it when results of before must not be taken


@dataclass(frozen=True)
class Finished:
    """One run of one row. key: digest of all that it depends on. metrics: column -> {value, ci, n, method, note?}. facts:
    (name, value) pairs. tables: of {title, header, rows}. task: of its predictions."""

    key: str
    folder: Path
    task: str
    seed: int
    seconds: float
    metrics: dict[str, Any]
    curves: dict[str, list[float | None]] = field(default_factory=dict)
    reliability: dict[str, Any] = field(default_factory=dict)
    confusion: dict[str, Any] = field(default_factory=dict)
    facts: list[list[str]] = field(default_factory=list)
    tables: list[dict[str, Any]] = field(default_factory=list)
    lists: dict[str, list[str]] = field(default_factory=dict)
    n: int = 0
    machine: dict[str, Any] = field(default_factory=dict)


def slug(name: str) -> str:
    """A folder name for a row: lower case letters and digits, the rest one hyphen."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "row"


def row_key(row: PaperRow, scale: str, fingerprint: str, before: Mapping[str, str]) -> str:
    """Digest of settings, kind, scale, data and the runs that this one builds on. What the paper printed is no part of it."""
    own = dataclasses.asdict(row)
    for part in (own, own["settings"]):
        part.pop("expected")
    text = json.dumps([VERSION, own, scale, fingerprint, sorted(before.items())], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def write_finished(result: Finished) -> None:
    """result.json in the run's folder."""
    document = dataclasses.asdict(result)
    document.pop("folder")
    write_json(result.folder / RESULT, document)


def read_finished(folder: Path, key: str) -> Finished | None:
    """The finished run, None when there is none of this key."""
    if not (folder / RESULT).is_file():
        return None
    try:
        document = read_json(folder / RESULT, "delete it")
        return Finished(folder=folder, **document) if document.get("key") == key else None
    except (RunError, TypeError, AttributeError):
        return None  # written by another version: run again
