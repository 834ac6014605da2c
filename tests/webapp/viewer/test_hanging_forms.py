"""The forms of hanging rules: of a person on /settings/, of a project in /admin/, in two tabs, and with what is not known."""

import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tests.webapp.viewer.case_factory import make_image
from tests.webapp.viewer.test_hanging import ADDRESS, NONE, UNREADABLE, hanging, person_says, project_says, rules
from webapp.accounts.forms import SettingsForm
from webapp.accounts.hanging_form import RULE_FIELDS
from webapp.accounts.models import User
from webapp.archive.models import Project
from webapp.audit.models import AccessEvent

SignedIn = Callable[..., Client]
pytestmark = pytest.mark.django_db


def sent(client: Client, address: str = "/settings/", **change: str) -> dict[str, str]:
    """What a browser sends of the form as it is shown, with some fields changed."""
    page = client.get(address).content.decode()
    found = dict(re.findall(r'<input type="hidden" name="(initial-\w+)" value="([^"]*)"', page))
    found |= dict.fromkeys(re.findall(r'<input type="hidden" name="(initial-\w+)" id', page), "")
    assert {f"initial-{name}" for name in RULE_FIELDS} <= set(found)
    fields = {name.removeprefix("initial-"): html.unescape(value) for name, value in found.items()}
    return {**{name: html.unescape(value) for name, value in found.items()}, **fields, **change}


def test_a_person_sets_rules_on_the_settings_page_and_takes_them_back(signed_in: SignedIn) -> None:
    client = signed_in()
    body = sent(client, frontal_preset="Lungs", any_beside="nothing", lateral_linked="apart")
    assert client.post("/settings/", body).status_code == 302
    expected = rules(frontal={"preset": "Lungs"}, any={"beside": "nothing"}, lateral={"linked": "apart"})
    assert client.get(ADDRESS).json() == expected
    again = sent(client)
    assert (again["frontal_preset"], again["any_beside"]) == ("Lungs", "nothing")
    client.post("/settings/", {**again, "frontal_preset": "", "lateral_linked": ""})
    assert client.get(ADDRESS).json() == rules(any={"beside": "nothing"})
    client.post("/settings/", {"look_first": "on"})
    assert client.get(ADDRESS).json() == rules(any={"beside": "nothing"}), "what is not sent stays"


def test_of_two_tabs_each_changes_only_what_was_changed_in_it(signed_in: SignedIn) -> None:
    client = signed_in()
    one, other = sent(client, frontal_preset="Lungs"), sent(client, lateral_beside="other_view")
    client.post("/settings/", one)
    client.post("/settings/", other)
    assert client.get(ADDRESS).json() == rules(frontal={"preset": "Lungs"}, lateral={"beside": "other_view"})


def test_a_settings_tab_takes_back_nothing_that_was_not_changed_in_it(signed_in: SignedIn) -> None:
    client = signed_in()
    old, person = sent(client, frontal_preset="Lungs"), User.objects.filter(pk=client.person.pk)
    assert (old["initial-look_first"], old["look_first"], old["theme"]) == ("False", "False", "dark")
    del old["look_first"]  # a browser sends nothing of an empty box
    client.post("/settings/", {**sent(client, theme="light"), "look_first": "on"})
    client.post("/settings/", old)
    assert person.values_list("look_first", "theme").get() == (True, "light")
    assert client.get(ADDRESS).json() == rules(frontal={"preset": "Lungs"})
    shown = sent(client)
    assert (shown["initial-look_first"], shown["initial-theme"]) == ("True", "light")
    del shown["look_first"]
    client.post("/settings/", {**shown, "theme": "dark"})
    assert person.values_list("look_first", "theme").get() == (False, "dark"), "what is changed in a tab holds"


def test_saving_settings_writes_nothing_else_of_the_person(signed_in: SignedIn) -> None:
    client = signed_in()
    form = SettingsForm({"look_first": "on"}, instance=User.objects.get(pk=client.person.pk))
    keys = {"version": 1, "keys": {"agree": ["b"]}, "buttons": {}}
    User.objects.filter(pk=client.person.pk).update(own_keys=keys, is_active=False)  # while the form is on its way
    form.save()
    person = User.objects.get(pk=client.person.pk)
    assert (person.look_first, person.own_keys, person.is_active) == (True, keys, False)


def test_an_old_tab_of_a_projects_form_takes_back_none_of_its_guards(signed_in: SignedIn) -> None:
    project, admin = Project.default(), signed_in("admin")
    address = f"/admin/archive/project/{project.pk}/change/"
    off = {"takes_for_processing", "look_first", "ai_on_priors"}
    old = {name: value for name, value in sent(admin, address, frontal_beside="nothing").items() if name not in off}
    assert off <= {name.removeprefix("initial-") for name in old}
    Project.objects.update(look_first=True, ai_on_priors=True, takes_for_processing=True, sentinel_share=25)
    assert admin.post(address, old).status_code == 302
    project.refresh_from_db()
    guards = (project.look_first, project.ai_on_priors, project.takes_for_processing, project.sentinel_share)
    assert guards == (True, True, True, 25)
    assert project.hanging == {"version": 1, "rules": {"frontal": {"beside": "nothing"}}}
    new = {name: value for name, value in sent(admin, address, sentinel_share="5").items() if name not in off}
    assert admin.post(address, new).status_code == 302
    project.refresh_from_db()
    assert (project.look_first, project.sentinel_share) == (False, 5), "a box that is emptied is empty"


def test_a_wrong_choice_is_refused_in_a_sentence(signed_in: SignedIn) -> None:
    client = signed_in()
    answer = client.post("/settings/", sent(client, frontal_preset="<b>Bone"))
    assert answer.status_code == 200
    assert "window: <b>Bone is not one of As acquired, Auto" in html.unescape(answer.content.decode())
    assert "<b>Bone" not in answer.content.decode()
    assert client.get(ADDRESS).json() == NONE


def test_what_a_newer_version_stored_stays_until_a_rule_is_changed(signed_in: SignedIn) -> None:
    client, newer = signed_in(), {"version": 9, "rules": {"any": {"preset": "Lungs"}}}
    person_says(client, newer)
    client.post("/settings/", sent(client, theme="light"))
    assert User.objects.get(pk=client.person.pk).hanging == newer
    client.post("/settings/", sent(client, any_linked="apart"))
    assert client.get(ADDRESS).json() == rules(any={"linked": "apart"})


def test_the_rules_of_a_project_are_an_administrators_and_on_the_record(signed_in: SignedIn) -> None:
    project, image = Project.default(), make_image()
    address = f"/admin/archive/project/{project.pk}/change/"
    admin, reader = signed_in("admin"), signed_in()
    assert "as built: the latest earlier image</option>" in admin.get(address).content.decode()
    body = {**sent(admin, address), "sentinel_share": "0", "frontal_beside": "nothing", "any_preset": "Auto"}
    for stranger in (reader, signed_in("manager")):
        assert stranger.post(address, body).status_code in (302, 403)
        assert hanging(reader, image)["beside"] == "prior"
    assert admin.post(address, body).status_code == 302
    kept = {"version": 1, "rules": {"frontal": {"beside": "nothing"}, "any": {"preset": "Auto"}}}
    project.refresh_from_db()
    assert project.hanging == kept
    assert AccessEvent.objects.filter(verb="project.settings").get().details["hanging"] == kept
    assert (hanging(reader, image)["beside"], hanging(reader, image)["preset"]) == ("nothing", "Auto")
    wrong = admin.post(address, {**sent(admin, address), "sentinel_share": "0", "other_linked": "chained"})
    assert "chained is not one of linked, not linked" in html.unescape(wrong.content.decode())
    project.refresh_from_db()
    assert project.hanging == kept


@pytest.mark.parametrize(("stored", "words"), [*UNREADABLE, ({}, "")])
def test_an_administrator_is_told_what_of_a_projects_rules_is_not_known(
    stored: Any, words: str, signed_in: SignedIn
) -> None:
    project_says(stored)
    admin, address = signed_in("admin"), f"/admin/archive/project/{Project.default().pk}/change/"
    warnings = re.findall(r'<li class="warning">(.*?)</li>', html.unescape(admin.get(address).content.decode()))
    assert len(warnings) == bool(words)
    if words:
        assert words in warnings[0]
        assert warnings[0].endswith("Changing a rule here removes that.")
    admin.post(address, {**sent(admin, address), "sentinel_share": "7"})
    assert Project.default().hanging == stored, "nothing is removed where no rule is changed"
