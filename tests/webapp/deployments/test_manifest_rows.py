"""Numbers of a manifest as the model page writes them."""

import pytest

from webapp.deployments.manifest_rows import measured


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "not stated"),
        (0.41999, "0.42"),
        ({"value": 0.83, "ci": [0.79, 0.87], "n": 120}, "0.83 (95 % CI 0.79 to 0.87, n 120)"),
        ({"value": 0.03, "noise_floor": 0.0234}, "0.03 (noise floor 0.0234)"),
        # The demo model's page showed a Python dictionary here.
        (
            {"value": 0.03, "noise_floor": {"mean": 0.023378, "range": [0.01657, 0.031569]}, "n": 300},
            "0.03 (noise floor 0.0234 (0.0166 to 0.0316), n 300)",
        ),
    ],
)
def test_a_measured_value_reads_as_a_sentence(value: object, text: str) -> None:
    assert measured(value) == text
