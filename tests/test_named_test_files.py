"""Files of tests that a list names are there, so that a file which is moved or renamed does not leave `make check` unseen."""

import pytest

from tests.conftest import ALWAYS, LONG_FILES, SLOW_FILES, TESTS, is_slow_file


@pytest.mark.parametrize("path", sorted({*LONG_FILES, *SLOW_FILES, *ALWAYS}))
def test_a_file_that_a_list_names_is_there(path: str) -> None:
    assert (TESTS / path).is_file()


def test_who_gets_what_is_always_asked_and_whole_studies_are_left_to_the_whole_run() -> None:
    assert not SLOW_FILES & ALWAYS
    assert not any(is_slow_file(TESTS / path) for path in ALWAYS)
    assert is_slow_file(TESTS / "reader_study/studies/test_truth.py")
    assert not is_slow_file(TESTS / "webapp/viewer/test_hanging.py")


def test_the_name_of_a_slow_file_in_another_folder_means_nothing() -> None:
    assert is_slow_file(TESTS / "inference/test_cli.py")
    assert not is_slow_file(TESTS / "reports/test_cli.py")
