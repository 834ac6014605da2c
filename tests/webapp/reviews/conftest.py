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
def reader_client(client: Client, reader: User) -> Client:
    client.force_login(reader)
    return client
