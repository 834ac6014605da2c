"""What the ledger of switches says about the model's call."""

import pytest

from reader_study.results.lock_study import ai_is_right


@pytest.mark.parametrize(
    ("ai_call", "truth", "right"),
    [
        (True, "1", True),
        (True, "0", False),
        (False, "1", False),
        (False, "0", True),
        (None, "1", None),
        (True, "indeterminate", None),
        (True, "", None),
    ],
)
def test_the_model_is_right_where_its_call_is_the_truth(ai_call: bool | None, truth: str, right: bool | None) -> None:
    assert ai_is_right(ai_call, truth) is right
