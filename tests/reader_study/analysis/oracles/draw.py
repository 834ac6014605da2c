"""Draws the made study that the oracles are computed on: `python -m tests.reader_study.analysis.oracles.draw`.

Two tests, four readers, 60 cases with ratings 1..6; marks of two tests and three readers on 50 cases. No patient's data.
"""

from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
SEED = 20261129


def ratings(seed: int = SEED) -> str:
    """ratings.csv: a case's own difficulty and a case-by-test part make the readers' ratings correlate."""
    random = np.random.default_rng(seed)
    readers, cases, abnormal = 4, 60, 25
    truth = np.arange(cases) < abnormal
    case, case_test = random.normal(0, 0.7, cases), random.normal(0, 0.5, (2, cases))
    skill = random.normal(0, 0.2, (2, readers)) + np.array([[1.2], [1.7]])
    rows = ["reader,test,case,truth,rating"]
    for test in range(2):
        for reader in range(readers):
            noise = random.normal(0, 0.7, cases)
            scores = truth * skill[test, reader] + case + case_test[test] + noise
            levels = np.digitize(scores, [-0.6, 0.1, 0.7, 1.3, 2.0]) + 1
            rows += [f"r{reader + 1},t{test + 1},c{k + 1},{int(truth[k])},{levels[k]}" for k in range(cases)]
    return "\n".join(rows) + "\n"


def marks(seed: int = SEED) -> tuple[str, str]:
    """marks.csv and lesions.csv: 24 normal and 26 abnormal cases with one to three lesions; weights where there are two."""
    random = np.random.default_rng(seed + 1)
    rows, table = ["reader,test,case,mark_type,lesion,rating"], ["case,lesion,weight"]
    lesions = {}
    for case in range(1, 27):
        lesions[case] = int(random.integers(1, 4))
        weights = {1: ["1"], 2: ["0.7", "0.3"], 3: ["0.5", "0.25", "0.25"]}[lesions[case]]
        table += [f"a{case},{k + 1},{weight}" for k, weight in enumerate(weights)]
    for test in range(2):
        for reader in range(3):
            name = f"r{reader + 1},t{test + 1}"
            for case in [f"n{k}" for k in range(1, 25)] + [f"a{k}" for k in range(1, 27)]:
                found = random.poisson(0.6)
                rows += [f"{name},{case},NL,,{random.integers(1, 6)}" for _ in range(found)]
                for lesion in range(lesions[int(case[1:])] if case[0] == "a" else 0):
                    if random.random() < 0.55 + 0.15 * test:
                        rows.append(f"{name},{case},LL,{lesion + 1},{min(6, random.integers(2, 7) + test)}")
    return "\n".join(rows) + "\n", "\n".join(table) + "\n"


def main() -> None:
    (HERE / "ratings.csv").write_text(ratings())
    for name, text in zip(("marks.csv", "lesions.csv"), marks(), strict=True):
        (HERE / name).write_text(text)


if __name__ == "__main__":
    main()
