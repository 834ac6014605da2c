"""Files of tests that a list names are there, so that a file which is moved or renamed does not leave `make check` unseen."""

import pytest

from tests.conftest import LONG_FILES, SLOW_FILES, TESTS
from tests.reader_study.conftest import ALWAYS


@pytest.mark.parametrize("path", sorted({*LONG_FILES, *SLOW_FILES, *ALWAYS}))
def test_a_file_that_a_list_names_is_there(path: str) -> None:
    assert (TESTS / path).is_file()


def test_a_file_is_not_both_left_out_and_always_run() -> None:
    assert not SLOW_FILES & ALWAYS
