"""Digits of the made study by Python packages that the project does not install: `python digits.py > digits_python.csv`.

In an environment of its own with numpy, krippendorff and statsmodels; imports nothing of this project.
"""

import csv
from importlib.metadata import version
from pathlib import Path

import krippendorff
import numpy as np
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.inter_rater import aggregate_raters, fleiss_kappa
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

HERE = Path(__file__).resolve().parent


def say(quantity: str, value: float, package: str) -> None:
    print(f"{quantity},{value:.12g},{package} {version(package)}")


def main() -> None:
    with (HERE / "ratings.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if row["test"] == "t1"]
    readers = sorted({row["reader"] for row in rows})
    ratings = np.array([[float(row["rating"]) for row in rows if row["reader"] == name] for name in readers])
    holes = ratings.copy()
    holes[0, ::7] = holes[2, 3::5] = np.nan
    print("quantity,value,program")
    for level in ("nominal", "ordinal", "interval"):
        say(f"krippendorff.{level}", krippendorff.alpha(holes, level_of_measurement=level), "krippendorff")
    say("fleiss", fleiss_kappa(aggregate_raters(ratings.T)[0], method="fleiss"), "statsmodels")
    low, high = proportion_confint(17, 60, method="wilson")
    say("wilson.low", low, "statsmodels")
    say("wilson.high", high, "statsmodels")
    say("mcnemar", mcnemar([[20, 4], [11, 25]], exact=True).pvalue, "statsmodels")
    for k, value in enumerate(multipletests([0.012, 0.2, 0.034, 0.0004, 0.034], method="holm")[1], start=1):
        say(f"holm.{k}", value, "statsmodels")


if __name__ == "__main__":
    main()
