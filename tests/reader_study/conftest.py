"""Two readers and a case with a result."""

import pytest
from django.test import Client

from tests.webapp.viewer.case_factory import make_image, make_result, make_user
from webapp.accounts.models import User
from webapp.archive.models import Image


@pytest.fixture
def reader(db: None) -> User:
    return make_user("alice")


@pytest.fixture
def other_reader(db: None) -> User:
    return make_user("bob")


@pytest.fixture
def case(db: None) -> Image:
    image = make_image()
    make_result(image)
    return image


@pytest.fixture
def signed_in(client: Client, reader: User) -> Client:
    client.force_login(reader)
    return client


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
