"""A probability in two decimals: one table for the server's pages and for the page's script (src/panel/wording.test.ts)."""

import json
from pathlib import Path

import pytest

from inference.probability import fraction

TEXTS = json.loads(Path(__file__).with_name("probability_texts.json").read_text())


@pytest.mark.parametrize(("value", "text"), TEXTS)
def test_no_number_is_written_as_certain_that_is_not(value: float, text: str) -> None:
    assert fraction(value) == text


def test_none_is_empty() -> None:
    assert fraction(None) == ""
