"""One text per value, so that a hash tells whether a value has changed and nothing else."""

import hashlib
import math

import pytest

from webapp.reveal.canonical_json import canonical_json, sha256_of


def test_order_of_keys_and_kind_of_space_change_nothing() -> None:
    assert canonical_json({"b": [1, 2.5, None, True], "a": {"d": "é", "c": ""}}) == (
        '{"a":{"c":"","d":"é"},"b":[1,2.5,null,true]}'
    )


def test_the_hash_is_that_of_the_text_in_utf_8() -> None:
    value = {"note": "Pleuraerguß"}
    assert sha256_of(value) == hashlib.sha256('{"note":"Pleuraerguß"}'.encode()).hexdigest()
    assert sha256_of([1, 2]) != sha256_of([2, 1])


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_number_that_json_has_no_form_for_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        sha256_of({"rating": value})
