"""The file of one table of a paper (training/experiments/PPP_TABLE.toml): what is run, and every number printed.

    file tables  <  [[row]]  <  [smoke] | [small] | [full]  <  the row's own smoke | small | full

Each later table is merged into the earlier ones key by key, so a row names only what sets it apart. A key that nobody
reads is an error. `expected` holds the paper's numbers as printed: a number, or {value, sd} where it prints "±".
"""

from __future__ import annotations

import dataclasses
import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from training.run.settings import SCALES, RowSettings, Scale
from training.settings_reader import ExperimentError, from_table
from training.tables.columns import check_column
from training.tables.row_kinds import ENSEMBLE, ERRORS, KINDS, TUNE, EnsembleTable, TabularTable, TuneTable

EXPERIMENTS = Path(__file__).parents[1] / "experiments"
PAPER_TABLE = re.compile(r"\d{3}_")
# Tables of the demo recipe before it became an experiment as every other.
FORMER_TABLES = ("pretrain", "fit", "phantoms")

Table = dict[str, Any]

# Filled from the file's head, not from a table of its own.
_HEAD = ("name", "paper", "table", "expected")
ROW_TABLES = tuple(entry.name for entry in dataclasses.fields(RowSettings) if entry.name not in _HEAD)
KIND_TABLES: dict[str, type] = {"ensemble": EnsembleTable, "tune": TuneTable, "tabular": TabularTable}
ROW_KEYS = ("name", "kind", "expected", "members", "start", *ROW_TABLES, *KIND_TABLES)
SCALE_KEYS = ("rows", "members", "start", *ROW_TABLES, *KIND_TABLES)


@dataclass(frozen=True)
class Expected:
    """What the paper prints in one cell, in its own unit. sd: after its "±", None without one."""

    value: float
    sd: float | None = None


@dataclass(frozen=True, kw_only=True)
class Head:
    """What a file says about the whole table. paper, table: "" for an experiment of no paper.

    needs: the data set and its layout. small_data: which small public sample stands in at `small`, or why none can. traps:
    what the paper contradicts or leaves unsaid so that no rerun can meet its numbers (methods.md §1). choices: defaults of
    ours where it is silent. percent: columns printed in percent. split_per_seed: a new split with every seed, as 002.
    made: images drawn for `smoke`.
    """

    paper: str = ""
    table: str = ""
    title: str
    needs: str
    small_data: str = ""
    traps: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    percent: tuple[str, ...] = ()
    split_per_seed: bool = False
    made: int = 240


@dataclass(frozen=True)
class PaperRow:
    """One row of the table: its run, and what it is when it is more than one fit.

    members: the rows an ensemble or an error analysis reads. start: the row whose weights this one begins with.
    """

    settings: RowSettings
    kind: str
    expected: dict[str, Expected]
    members: tuple[str, ...] = ()
    start: str = ""
    ensemble: EnsembleTable = field(default_factory=EnsembleTable)
    tune: TuneTable = field(default_factory=TuneTable)
    tabular: TabularTable = field(default_factory=TabularTable)

    @property
    def name(self) -> str:
        """As in the file."""
        return self.settings.name

    @property
    def needs_rows(self) -> tuple[str, ...]:
        """Rows that must be finished first."""
        return (*self.members, *((self.start,) if self.start else ()))

    @property
    def seeds(self) -> tuple[int, ...]:
        """One run each."""
        return self.settings.seeds or (self.settings.train.seed,)


@dataclass(frozen=True)
class PaperExperiment:
    """One table at one scale. run_rows: names of the rows that this scale runs, in order. has_small: whether the file says
    what `small` is; without, no small public data stand in."""

    name: str
    scale: Scale
    head: Head
    rows: tuple[PaperRow, ...]
    run_rows: tuple[str, ...]
    text: str
    has_small: bool = False

    def row(self, name: str) -> PaperRow:
        """By name. Raises ExperimentError naming the rows there are."""
        for row in self.rows:
            if row.name == name:
                return row
        raise ExperimentError(
            f"{self.name}.toml: row {name!r} is not one of {', '.join(repr(row.name) for row in self.rows)}"
        )

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that some row prints, in the order of first appearance."""
        return tuple(dict.fromkeys(key for row in self.rows for key in row.expected))

    def with_needed(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """These rows and those they need, each after what it needs."""
        order: list[str] = []

        def visit(name: str, path: tuple[str, ...]) -> None:
            if name in path:
                raise ExperimentError(f"{self.name}.toml: row {name!r} needs itself through {' -> '.join(path)}")
            for needed in self.row(name).needs_rows:
                visit(needed, (*path, name))
            if name not in order:
                order.append(name)

        for name in names:
            visit(name, ())
        return tuple(order)


def paper_experiment_names() -> list[str]:
    """Stems of the papers' tables in training/experiments."""
    return sorted(path.stem for path in EXPERIMENTS.glob("*.toml") if PAPER_TABLE.match(path.stem))


def experiment_names() -> list[str]:
    """Stems of the experiments that are no table of a paper."""
    return sorted(path.stem for path in EXPERIMENTS.glob("*.toml") if not PAPER_TABLE.match(path.stem))


def find_experiment(name: str) -> list[Path]:
    """The file of an experiment by its whole name, else those of the papers' tables that begin with it. Raises
    ExperimentError naming what there is."""
    own = EXPERIMENTS / f"{name}.toml"
    try:
        return [own] if own.is_file() else find_experiments(name)
    except ExperimentError as error:
        if name.endswith(".toml"):
            raise
        raise ExperimentError(f"{error}, and {', '.join(experiment_names())}") from error


def find_experiments(prefix: str) -> list[Path]:
    """Files of all tables whose stem begins with the prefix; `003/t10` is `003_t10`, a path to a .toml file is itself.

    Raises ExperimentError naming what there is.
    """
    if prefix.endswith(".toml"):
        if not Path(prefix).is_file():
            raise ExperimentError(f"experiment {prefix!r}: no such file")
        return [Path(prefix)]
    stem, names = prefix.replace("/", "_"), paper_experiment_names()
    found = [EXPERIMENTS / f"{name}.toml" for name in names if name.startswith(stem)]
    if not stem or not found:
        raise ExperimentError(f"no experiment begins with {prefix!r}; allowed are beginnings of {', '.join(names)}")
    return found


def load_paper_experiment(path: Path, scale: Scale = "full") -> PaperExperiment:
    """The table of a file at one scale. Raises ExperimentError naming file, row, key and what is allowed."""
    path = Path(path)
    if scale not in SCALES:
        raise ExperimentError(f"scale {scale!r} is not one of {', '.join(SCALES)}")
    text = path.read_text(encoding="utf-8")
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ExperimentError(f"{path.name}: {error}") from error
    former = next((key for key in FORMER_TABLES if isinstance(table.get(key), dict)), "")
    if former:
        raise ExperimentError(
            f"{path.name}: table [{former}] is of the former demo recipe; an experiment with [[row]] tables replaced it, see"
            " training/experiments/demo.toml"
        )
    head_keys = [entry.name for entry in dataclasses.fields(Head)]
    _only(table, (*head_keys, *ROW_TABLES, *KIND_TABLES, *SCALES, "row"), path.name)
    head = from_table(Head, {key: table[key] for key in head_keys if key in table}, path.name)
    rows = tuple(_row(table, row, scale, path.name) for row in table.get("row", ()))
    if not rows:
        raise ExperimentError(f"{path.name}: no [[row]]; allowed is one or more")
    experiment = PaperExperiment(
        path.stem, scale, head, rows, _run_rows(table, rows, scale, path.name), text, "small" in table
    )
    _check_names(experiment, path.name)
    return experiment


def where_printed(paper: str, table: str) -> str:
    """`paper 003, table 10-11`, or `paper 003, section 4.1` where the paper numbers no table."""
    return f"paper {paper}, {'table ' if table[:1].isdigit() else ''}{table}"


def merged(base: Table, over: Table) -> Table:
    """`over` laid on `base`: tables key by key, everything else replaced; neither is changed."""
    result = dict(base)
    for key, value in over.items():
        own = result.get(key)
        result[key] = merged(own, value) if isinstance(own, dict) and isinstance(value, dict) else value
    return result


def _row(table: Table, row: Table, scale: Scale, where: str) -> PaperRow:
    file, name = where, row.get("name")
    if not isinstance(name, str) or not name:
        raise ExperimentError(f"{where}: a [[row]] has no name")
    where = f"{where}: row {name!r}"
    _only(row, (*ROW_KEYS, *SCALES), where)
    full = {key: table[key] for key in (*ROW_TABLES, *KIND_TABLES) if key in table}
    full = merged(full, {key: value for key, value in row.items() if key not in SCALES})
    for owner in (table, row):
        own = owner.get(scale, {})
        _only(own, SCALE_KEYS, f"{where}: {scale}")
        full = merged(full, {key: value for key, value in own.items() if key != "rows"})
    kind = full.get("kind", KINDS[0])
    if kind not in KINDS:
        raise ExperimentError(f"{where}: kind {kind!r} is not one of {', '.join(KINDS)}")
    expected = {key: _expected(key, value, where) for key, value in full.get("expected", {}).items()}
    settings: Table = {key: full[key] for key in ROW_TABLES if key in full}
    printed = {key: own.value for key, own in expected.items()}
    if kind in (ENSEMBLE, ERRORS):
        settings.setdefault("model", {})  # its members have one each
    own_table = table.get("table") or file.removesuffix(".toml")
    settings |= {"name": name, "paper": table.get("paper", ""), "table": own_table, "expected": printed}
    own_tables = {key: _checked(kind_, full.get(key, {}), f"{where}: {key}") for key, kind_ in KIND_TABLES.items()}
    return PaperRow(
        settings=_checked(RowSettings, settings, where),
        kind=kind,
        expected=expected,
        members=tuple(full.get("members", ())),
        start=full.get("start", ""),
        **own_tables,
    )


def _checked(kind: type, table: Table, where: str) -> Any:
    """from_table, with the place named when a settings class refuses a value of its own."""
    try:
        return from_table(kind, table, where)
    except ExperimentError:
        raise
    except ValueError as error:
        raise ExperimentError(f"{where}: {error}") from error


def _expected(key: str, value: Any, where: str) -> Expected:
    try:
        check_column(key)
    except ValueError as error:
        raise ExperimentError(f"{where}: expected: {error}") from error
    if isinstance(value, dict):
        return from_table(Expected, value, f"{where}: expected: {key}")
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ExperimentError(f"{where}: expected: {key} = {value!r} is not a number")
    return Expected(float(value))


def _run_rows(table: Table, rows: tuple[PaperRow, ...], scale: Scale, where: str) -> tuple[str, ...]:
    """What [scale] rows names; without it all, at smoke the first and the last."""
    names = [row.name for row in rows]
    chosen = table.get(scale, {}).get("rows")
    if chosen is None:
        chosen = list(dict.fromkeys([names[0], names[-1]])) if scale == "smoke" else names
    for name in chosen:
        if name not in names:
            raise ExperimentError(f"{where}: {scale}: row {name!r} is not one of {', '.join(map(repr, names))}")
    return tuple(chosen)


def _check_names(experiment: PaperExperiment, where: str) -> None:
    names = [row.name for row in experiment.rows]
    for name in names:
        if names.count(name) > 1:
            raise ExperimentError(f"{where}: row {name!r} is there {names.count(name)} times; names are unique")
    for key in experiment.head.percent:
        if key not in experiment.columns:
            raise ExperimentError(f"{where}: percent: {key!r} is not one of {', '.join(experiment.columns)}")
    for row in experiment.rows:
        if row.kind in (ENSEMBLE, ERRORS) and len(row.members) < 2:
            raise ExperimentError(f"{where}: row {row.name!r}: {row.kind} needs two or more members")
        if row.kind == TUNE and row.members:
            raise ExperimentError(f"{where}: row {row.name!r}: tune takes no members")
    experiment.with_needed(tuple(names))


def _only(table: Any, allowed: tuple[str, ...], where: str) -> None:
    if not isinstance(table, dict):
        raise ExperimentError(f"{where}: {table!r} is not a table")
    for key in table:
        if key not in allowed:
            raise ExperimentError(f"{where}: key {key!r} is not one of {', '.join(allowed)}")
