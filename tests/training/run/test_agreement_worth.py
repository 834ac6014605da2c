"""What agreeing of two maps is worth: counted by hand."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from inference.bundle import Bundle
from measures.wilson import wilson_interval
from training.data.settings import DataSettings
from training.losses import LossTable
from training.models.model_table import ModelTable
from training.run import agreement_worth
from training.run.agreement_worth import FEWEST, worth
from training.run.run_row import run_row


def test_hits_are_counted_where_maps_agree_and_where_they_do_not() -> None:
    # 12 agree, 9 of them hit; 10 differ, 2 hit; one map of 3 more was empty.
    agrees = [True] * 12 + [False] * 10 + [None] * 3
    hits = np.array([True] * 9 + [False] * 3 + [True] * 2 + [False] * 8 + [True] * 3)
    found = worth("gradcam", "classmaps", hits, agrees)
    assert found is not None
    assert (found["of"], found["beside"]) == ("gradcam", "classmaps")
    assert [(found[name]["value"], found[name]["n"]) for name in ("agree", "differ")] == [(0.75, 12), (0.2, 10)]
    assert found["agree"]["ci"] == pytest.approx(wilson_interval(9, 12), abs=1e-6)
    assert found["differ"]["ci"] == pytest.approx(wilson_interval(2, 10), abs=1e-6)


@pytest.mark.parametrize(("agreeing", "differing"), [(FEWEST - 1, 50), (50, FEWEST - 1), (0, 0)])
def test_few_cases_are_no_measurement(agreeing: int, differing: int) -> None:
    agrees: list[bool | None] = [True] * agreeing + [False] * differing
    assert worth("gradcam", "classmaps", np.ones(len(agrees), bool), agrees) is None


def test_every_located_case_of_a_network_with_two_maps_is_asked_and_the_bundle_says_it(
    tmp_path: Path, small_row: Any, pictures: Any, cpu: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    share, counted = {"value": 0.5, "ci": [0.2, 0.8], "n": 10, "method": "wilson"}, []

    def kept(of: str, beside: str, hits: Any, agrees: Any) -> dict[str, Any]:
        counted.append((len(hits), len(agrees)))
        return {"of": of, "beside": beside, "agree": share, "differ": share}

    monkeypatch.setattr(agreement_worth, "worth", kept)
    network = ModelTable("compact", "gap-mlp+wildcat", (8,), width=4)
    row = small_row(data=DataSettings("chexpert"), model=network, loss=LossTable("two-heads"), export=True)
    bundle = Bundle.load(run_row(row, pictures("multilabel", 64), tmp_path, cpu).bundle)
    said = {"of": "gradcam", "beside": "classmaps", "agree": share, "differ": share}
    assert [finding.agreement for finding in bundle.findings] == [said] * 2
    measured = [finding.maps["gradcam"].evidence["n"] for finding in bundle.findings]
    assert counted == [(n, n) for n in measured]
