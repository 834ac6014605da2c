"""Which tests of studies are slow."""

import pytest

from tests.conftest import path_below_tests

# Who gets what, asked of every address: these must run before every commit, whatever they take.
ALWAYS = {
    "reader_study/studies/test_permission_matrix.py",
    "reader_study/pages/test_page_permissions.py",
    "reader_study/studies/test_blinding_crawl.py",
    "reader_study/studies/test_rows_come_from_visible.py",
    "reader_study/studies/test_hidden_layers.py",
    "reader_study/studies/test_washout_and_pause.py",
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whole studies made through the services take a second or more each: `make check` leaves them out."""
    for item in items:
        path = path_below_tests(item)
        if path.startswith(("reader_study/studies/", "reader_study/pages/")) and path not in ALWAYS:
            item.add_marker(pytest.mark.slow)
