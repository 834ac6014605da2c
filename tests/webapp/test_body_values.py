"""What counts as a number and a text in a JSON body, and how an error shows the rest."""

import pytest

from webapp.body_values import is_finite_number, is_number, is_storable, shown


def test_a_long_value_is_cut_at_60_characters() -> None:
    assert shown("a" * 58) == f"'{'a' * 58}'"
    assert shown("a" * 59) == f"'{'a' * 56}..."
    assert len(shown(list(range(100)))) == 60


@pytest.mark.parametrize(
    ("value", "number", "finite"),
    [
        (1, True, True),
        (0.5, True, True),
        (float("inf"), True, False),
        (float("nan"), True, False),
        (10**400, True, False),
        (True, False, False),
        ("1", False, False),
        (None, False, False),
    ],
)
def test_numbers(value: object, number: bool, finite: bool) -> None:
    assert (is_number(value), is_finite_number(value)) == (number, finite)


@pytest.mark.parametrize("text", ["\x00", "a\ud800", "\udfff"])
def test_texts_that_no_database_holds(text: str) -> None:
    assert not is_storable(text)
    assert is_storable("ä\U0001f600\n")
