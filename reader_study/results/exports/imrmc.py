"""The input format of iMRMC, one file per finding, with whole-number case ids and a map back to our codes."""

from collections.abc import Sequence
from dataclasses import dataclass

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
