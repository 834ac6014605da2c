"""The input format of iMRMC, one file per finding, with whole-number case ids and a map back to our codes."""

from collections.abc import Sequence
from dataclasses import dataclass

from reader_study.analysis.refusal import DataRefused
from webapp.csv_text import cell, csv_text


@dataclass(frozen=True)
class Imrmc:
    """text: the file. case_map: CSV `id,case`."""

    text: str
    case_map: str


Cells = Sequence[tuple[str, str, str, str, float | None]]


def write_imrmc(title: str, cells: Cells) -> Imrmc:
    """cells: (reader, test, case, truth, rating); empty ratings are left out. Title and codes hold no line break or comma."""
    given = [row for row in cells if row[4] is not None]
    truths = {case: truth for _, _, case, truth, _ in given}
    number = {case: k for k, case in enumerate(sorted(truths), start=1)}
    head = [
        " ".join(title.replace(",", " ").split()) or "study",
        f"N0:{sum(truth == '0' for truth in truths.values())}",
        f"N1:{sum(truth == '1' for truth in truths.values())}",
        f"NR:{len({row[0] for row in given})}",
        f"NM:{len({row[1] for row in given})}",
        "BEGIN DATA:",
    ]
    truth_rows = [f"-1,{number[case]},truth,{truth}" for case, truth in sorted(truths.items())]
    data = [f"{reader},{number[case]},{test},{cell(rating)}" for reader, test, case, _, rating in given]
    case_map = csv_text(("id", "case"), [(k, case) for case, k in number.items()])
    return Imrmc("\n".join([*head, *truth_rows, *data]) + "\n", case_map)


def read_imrmc(text: str, case_map: str) -> list[tuple[str, str, str, str, float]]:
    """The cells again, sorted. Raises DataRefused naming the line."""
    names = dict(line.split(",", 1) for line in case_map.splitlines()[1:])
    lines = text.splitlines()
    if "BEGIN DATA:" not in lines:
        raise DataRefused("the file has no line BEGIN DATA:")
    start = lines.index("BEGIN DATA:") + 1
    truths: dict[str, str] = {}
    found = []
    for number, line in enumerate(lines[start:], start=start + 1):
        parts = line.split(",")
        if len(parts) != 4 or parts[1] not in names:
            raise DataRefused(f"line {number}: {line[:60]!r} is not reader,case,test,score of a known case")
        reader, case, test, value = parts
        if reader == "-1":
            truths[case] = value
        elif case not in truths:
            raise DataRefused(f"line {number}: case {case} has no truth line before it")
        else:
            found.append((reader, test, names[case], truths[case], float(value)))
    return sorted(found)
