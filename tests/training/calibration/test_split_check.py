"""A calibrator is not fitted where the network was chosen, unless that is said."""

from __future__ import annotations

import pytest

from training.calibration.split_check import CalibrationSplitError, check_calibration_split


def test_disjoint_patients_pass() -> None:
    found = check_calibration_split(["p1", "p2"], ["p3", "p3", "p4"], same_split=False)
    assert (found["same_split"], found["shared"], found["n"]) == (False, 0, 2)
    assert found["note"] == "Fitted on patients that neither trained nor chose the network."


def test_a_shared_patient_is_refused_by_name() -> None:
    with pytest.raises(CalibrationSplitError, match=r"1 of 2 calibration ids, for one 'p2'.*or --same-split"):
        check_calibration_split(["p1", "p2"], ["p2", "p3"], same_split=False)


def test_the_same_split_is_allowed_when_stated_and_written_down() -> None:
    found = check_calibration_split(["p1", "p2"], ["p1", "p2"], same_split=True)
    assert found["same_split"] is True
    assert found["note"] == (
        "Fitted on the split that also chose the network (2 shared): confidence may be overstated."
    )


def test_same_split_without_overlap_is_not_claimed() -> None:
    assert check_calibration_split(["p1"], ["p2"], same_split=True)["same_split"] is False
