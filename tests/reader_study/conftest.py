"""Which tests of studies are slow."""

import pytest

# Who gets what, asked of every address: these must run before every commit, whatever they take.
ALWAYS = {
    "test_permission_matrix.py",
    "test_page_permissions.py",
    "test_blinding_crawl.py",
    "test_rows_come_from_visible.py",
    "test_hidden_layers.py",
    "test_washout_and_pause.py",
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whole studies made through the services take a second or more each: `make check` leaves them out."""
    for item in items:
        is_study = item.path.parent.name in ("studies", "pages") and item.path.parent.parent.name == "reader_study"
        if is_study and item.path.name not in ALWAYS:
            item.add_marker(pytest.mark.slow)
