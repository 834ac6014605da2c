"""Pages for trouble: house style, no internals."""

import pytest
from django.template.loader import get_template
from django.test import Client


@pytest.mark.django_db
def test_an_unknown_address_says_so_without_internals(client: Client) -> None:
    answer = client.get("/no-such-page/")
    text = answer.content.decode()
    assert answer.status_code == 404
    assert "Nothing here" in text
    assert "Traceback" not in text
    assert "urlpatterns" not in text


@pytest.mark.parametrize("name", ["400.html", "500.html"])
def test_pages_that_django_draws_without_a_request_can_be_drawn(name: str) -> None:
    text = get_template(name).render()
    assert "Research use only — not for diagnosis" in text


@pytest.mark.django_db
def test_a_form_without_its_token_gets_the_house_page(client: Client) -> None:
    answer = Client(enforce_csrf_checks=True).post("/sign-in/", {"username": "x", "password": "y"})
    assert answer.status_code == 403
    assert "This form is out of date" in answer.content.decode()
