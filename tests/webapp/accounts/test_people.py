"""Roles, demo users and the people page."""

import stat
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from webapp.accounts.demo_users import DEMO_USERS, create_demo_users
from webapp.accounts.models import User


@pytest.mark.parametrize(("role", "enters"), [("radiologist", False), ("manager", False), ("admin", True)])
def test_the_role_alone_opens_the_people_page(role: str, enters: bool, person: Callable[..., User]) -> None:
    user = person(role)

    assert (user.is_staff, user.is_superuser) == (enters, enters)


def test_losing_the_role_closes_it(person: Callable[..., User]) -> None:
    user = person("admin")
    user.role = User.Role.RADIOLOGIST
    user.save()

    assert not user.is_superuser


def test_a_superuser_is_an_admin(db: None) -> None:
    assert User.objects.create_superuser("root", password="x").role == User.Role.ADMIN


def test_demo_users_are_made_once_and_keep_one_password(db: None) -> None:
    out = StringIO()
    call_command("create_demo_users", stdout=out)
    before = {user.username: user.password for user in User.objects.all()}

    call_command("create_demo_users", stdout=StringIO())

    assert {user.username: user.password for user in User.objects.all()} == before
    assert set(before) == {"radiologist", "radiologist2", "radiologist3", "manager", "statistician", "admin"}
    assert User.objects.get(username="admin").is_superuser
    assert Client().login(username="radiologist2", password="a demo password for tests")
    assert "a demo password for tests" in out.getvalue()


def test_a_new_demo_password_reaches_all_of_them(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    create_demo_users()
    monkeypatch.setenv("SIGHTLINE_DEMO_PASSWORD", "another long password")

    create_demo_users()

    assert all(User.objects.get(username=one.username).check_password("another long password") for one in DEMO_USERS)


def test_without_a_setting_the_password_is_random_and_kept_private(
    db: None, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SIGHTLINE_DEMO_PASSWORD")
    settings.SIGHTLINE_HOME = tmp_path

    password = create_demo_users()

    kept = tmp_path / "demo-password.txt"
    assert kept.read_text().strip() == password == create_demo_users()
    assert len(password) >= 16
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


@pytest.mark.parametrize(("role", "status"), [("radiologist", 302), ("manager", 302), ("admin", 200)])
def test_the_people_page_is_for_admins(role: str, status: int, signed_in: Callable[..., Client]) -> None:
    assert signed_in(role).get("/admin/accounts/user/").status_code == status


def test_the_admin_pages_have_no_sign_in_of_their_own(client: Client, signed_in: Callable[..., Client]) -> None:
    # Django's own form at /admin/login/ took any number of wrong passwords.
    door = client.get("/admin/", follow=True)
    assert door.redirect_chain == [("/admin/login/?next=/admin/", 302), ("/sign-in/?next=/admin/", 302)]
    assert client.post("/admin/login/", {"username": "admin", "password": "x"}).status_code == 405
    assert signed_in("radiologist").get("/admin/login/").status_code == 403
    assert signed_in("admin").get("/admin/login/").headers["Location"] == "/admin/"


def test_nobody_makes_a_token_for_another_person(signed_in: Callable[..., Client]) -> None:
    assert signed_in("admin").get("/admin/knox/authtoken/add/").status_code == 404


def test_an_admin_adds_a_person_and_changes_the_role(signed_in: Callable[..., Client]) -> None:
    client = signed_in("admin")
    words = {"username": "new", "role": "radiologist", "usable_password": "true"}
    client.post(
        "/admin/accounts/user/add/", {**words, "password1": "quite a long word", "password2": "quite a long word"}
    )
    user = User.objects.get(username="new")

    answer = client.post(
        f"/admin/accounts/user/{user.pk}/change/", {"username": "new", "role": "admin", "is_active": "on"}
    )

    user.refresh_from_db()
    assert (answer.status_code, user.role, user.is_superuser) == (302, "admin", True)


def test_nobody_is_deleted(signed_in: Callable[..., Client]) -> None:
    client = signed_in("admin")

    assert client.post(f"/admin/accounts/user/{client.person.pk}/delete/", {"post": "yes"}).status_code == 403
