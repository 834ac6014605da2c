"""How a case opens: rules of person and project, which goes before which, what cannot be read, and what no rule reaches."""

import html
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from reader_study.models import Assignment
from tests.reader_study.studies.study_factory import make_study, opened
from tests.webapp.priors.made_patients import days_before, image_of
from tests.webapp.sentinel.conftest import drawn
from tests.webapp.viewer.case_factory import make_image
from webapp.accounts.forms import SettingsForm
from webapp.accounts.hanging import VIEWS, read_rules
from webapp.accounts.hanging_form import RULE_FIELDS
from webapp.accounts.models import User
from webapp.archive.models import Image, Project
from webapp.audit.models import AccessEvent

SignedIn = Callable[..., Client]
pytestmark = pytest.mark.django_db
ADDRESS = "/api/me/hanging/"
UNSAID = {"beside": "", "preset": "", "linked": ""}
NONE = {"version": 1, "rules": dict.fromkeys(VIEWS, UNSAID)}
BUILT_IN = {"beside": "prior", "preset": "", "is_linked": True, "remarks": []}


def rules(**by_view: dict[str, str]) -> dict[str, Any]:
    return {"version": 1, "rules": {view: {**UNSAID, **by_view.get(view, {})} for view in VIEWS}}


def put(client: Client, body: object) -> Any:
    return client.put(ADDRESS, json.dumps(body), content_type="application/json")


def boot(client: Client, image: Image) -> dict[str, Any]:
    answer = client.post(f"/api/images/{image.pk}/opening/")
    assert answer.status_code == 200
    document: dict[str, Any] = answer.json()["boot"]
    return document


def hanging(client: Client, image: Image) -> dict[str, Any]:
    found: dict[str, Any] = boot(client, image)["hanging"]
    return found


def project_says(stored: Any) -> None:
    project = Project.default()
    project.hanging = stored
    project.save()


def person_says(client: Client, stored: Any) -> None:
    client.person.hanging = stored
    client.person.save()


@pytest.mark.parametrize(
    ("view", "group"),
    [
        ("PA", "frontal"),
        ("AP", "frontal"),
        ("LL", "lateral"),
        ("LATERAL", "lateral"),
        ("", "other"),
        ("RAO", "other"),
        ("NONSENSE", "other"),
    ],
)
def test_without_a_rule_a_case_of_each_view_opens_as_built(view: str, group: str, signed_in: SignedIn) -> None:
    assert hanging(signed_in(), make_image(view_position=view)) == {**BUILT_IN, "view": group}


def test_the_own_word_goes_before_the_projects_and_the_view_before_any_part_by_part(signed_in: SignedIn) -> None:
    client, image, side = signed_in(), make_image(), make_image(view_position="LL")
    found = []

    def note() -> None:
        document = hanging(client, image)
        found.append((document["beside"], document["preset"], document["is_linked"]))

    project_says({"version": 1, "rules": {"any": {"beside": "nothing", "preset": "Auto", "linked": "apart"}}})
    note()
    project_says(
        {"version": 1, "rules": {"any": {"preset": "Auto", "linked": "apart"}, "frontal": {"preset": "Lungs"}}}
    )
    note()
    assert put(client, rules(any={"preset": "Mediastinum"})).status_code == 200
    note()
    assert put(client, rules(any={"preset": "Mediastinum"}, frontal={"linked": "linked"})).status_code == 200
    note()
    assert put(client, rules(frontal={"preset": "As acquired", "beside": "other_view"})).status_code == 200
    note()
    assert found == [
        ("nothing", "Auto", False),
        ("prior", "Lungs", False),
        ("prior", "Mediastinum", False),
        ("prior", "Mediastinum", True),
        ("other_view", "", False),
    ]
    assert hanging(client, side)["preset"] == "Auto"


def test_rules_are_of_one_person_and_of_one_project(signed_in: SignedIn) -> None:
    one, other = signed_in(), signed_in(username="other")
    elsewhere = make_image(project=Project.objects.create(name="Other", slug="other"))
    mine = rules(frontal={"beside": "nothing"})
    assert put(one, mine).json() == mine == one.get(ADDRESS).json()
    assert other.get(ADDRESS).json() == NONE
    assert [hanging(who, make_image())["beside"] for who in (one, other)] == ["nothing", "prior"]
    project_says({"version": 1, "rules": {"any": {"preset": "Lungs"}}})
    assert [hanging(other, image)["preset"] for image in (make_image(), elsewhere)] == ["Lungs", ""]
    assert one.delete(ADDRESS).json() == NONE
    assert one.get(ADDRESS).json() == NONE
    assert User.objects.get(pk=one.person.pk).hanging == {}


def test_where_a_study_has_no_other_view_none_is_offered_beside(signed_in: SignedIn) -> None:
    client = signed_in()
    page = client.get("/settings/").content.decode()
    offered = {view: page.partition(f'name="{view}_beside"')[2].partition("</select>")[0] for view in VIEWS}
    assert {view for view, codes in offered.items() if 'value="other_view"' in codes} == set(VIEWS) - {"other"}
    assert all('value="prior"' in codes for codes in offered.values())
    person_says(client, {"version": 1, "rules": {"other": {"beside": "other_view", "preset": "Lungs"}}})
    found = hanging(client, make_image(view_position=""))
    assert (found["beside"], found["preset"], len(found["remarks"])) == ("prior", "Lungs", 1)


def test_the_page_tells_how_the_cases_after_it_open(signed_in: SignedIn) -> None:
    """What is fetched ahead is the frame of the window with which the case opens."""
    case, side = make_image(minutes_ago=8), make_image(view_position="LL", minutes_ago=9)
    client = signed_in()
    put(client, rules(lateral={"preset": "Bone / lines"}))
    document = boot(client, case)
    assert (document["hanging"]["preset"], document["hanging_ahead"][str(side.pk)]["preset"]) == ("", "Bone / lines")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({**NONE, "version": 2}, "version 2 is not 1"),
        ({"version": 1, "rules": {}}, "any"),
        ({**NONE, "more": 1}, "'more' is not one of version, rules"),
        ({"version": 1, "rules": {**NONE["rules"], "oblique": UNSAID}}, "'oblique' is not one of any, frontal"),
        (rules(frontal={"colour": "red"}), "'colour' is not one of beside, preset, linked"),
        (rules(frontal={"beside": "everything"}), "beside 'everything' is not one of prior, other_view, nothing"),
        (rules(other={"beside": "other_view"}), "beside 'other_view' is not one of prior, nothing"),
        (rules(frontal={"preset": "Bone"}), "preset 'Bone' is not one of As acquired, Auto, Lungs"),
        ([], "the body is not a JSON object"),
    ],
)
def test_a_body_that_is_not_known_is_refused_and_changes_nothing(body: Any, words: str, signed_in: SignedIn) -> None:
    client, mine = signed_in(), rules(other={"linked": "apart"})
    put(client, mine)
    answer = put(client, body)
    assert answer.status_code == 400
    assert words in answer.json()["text"]
    assert client.get(ADDRESS).json() == mine


UNREADABLE = [
    ({"version": 9, "rules": {"any": {"preset": "Lungs"}}}, "of version 9, which this site does not read"),
    ({"version": 1, "rules": []}, "cannot be read"),
    ({"rules": {}}, "of version None"),
    ([1], "cannot be read"),
    ("x", "cannot be read"),
    (7, "cannot be read"),
    (
        {"version": 1, "rules": {"frontal": {"preset": "Bone"}}},
        "for frontal (PA, AP) name 'Bone' for “window”, which is not known",
    ),
    ({"version": 1, "rules": {"any": {"beside": "both"}}}, "for any view name 'both' for “beside the case”"),
    ({"version": 1, "rules": {"any": {"monitor": 2}}}, "name 'monitor', which is not known"),
    ({"version": 1, "rules": {"oblique": {"preset": "Lungs"}}}, "name a view 'oblique', which is not known"),
    ({"version": 1, "rules": {"frontal": 4}}, "for frontal (PA, AP) cannot be read"),
    ({"version": 1, "rules": {"frontal": {"preset": 4}}}, "name '4' for “window”, which is not known"),
]


@pytest.mark.parametrize(("stored", "words"), UNREADABLE)
def test_what_another_version_stored_is_left_out_in_a_sentence_and_breaks_no_page(
    stored: Any, words: str, signed_in: SignedIn
) -> None:
    client, image = signed_in(), make_image()
    for says, whose in (
        (lambda to: person_says(client, to), "your hanging rules"),
        (project_says, "of Default project"),
    ):
        says(stored)
        found = hanging(client, image)
        assert {**found, "remarks": []} == {**BUILT_IN, "view": "frontal"}
        assert len(found["remarks"]) == 1
        assert words in found["remarks"][0]
        assert whose in found["remarks"][0]
        assert client.get(f"/images/{image.pk}/").status_code in (200, 503)
        assert client.get(ADDRESS).json() == NONE
        page = client.get("/settings/")
        assert page.status_code == 200
        assert (words in html.unescape(page.content.decode())) is (says is not project_says)
        says({})


def test_what_is_known_of_such_rules_holds_and_another_views_fault_is_not_told(signed_in: SignedIn) -> None:
    client = signed_in()
    person_says(
        client,
        {"version": 1, "rules": {"lateral": {"preset": "Bone"}, "oblique": {}, "frontal": {"preset": "Lungs", "x": 1}}},
    )
    found = hanging(client, make_image())
    assert found["preset"] == "Lungs"
    assert [re.search("'(.+?)'", text)[1] for text in found["remarks"]] == ["oblique", "x"]  # type: ignore[index]
    assert len(read_rules(client.person.hanging, "rules").remarks) == 3


# --- the forms -------------------------------------------------------------------------------------------------------


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


# --- what no rule reaches --------------------------------------------------------------------------------------------

EVERYTHING = {"beside": "prior", "preset": "Lungs", "linked": "apart"}


def test_no_rule_lays_an_image_beside_that_may_not_be_shown(signed_in: SignedIn) -> None:
    """The list and the opening decide, and know no rules: the same answers, byte by byte, with the rule and without."""
    studied, now, before = image_of(study_date=days_before(40)), image_of(), image_of(study_date=days_before(900))
    made = opened(make_study(images=[studied]))
    drawn(now)  # its model waits for a first look
    reader = Client()
    reader.force_login(made.readers[0])

    def answers() -> list[tuple[int, bytes]]:
        found = [reader.get(f"/api/images/{image.pk}/priors/") for image in (now, studied)]
        found += [
            reader.post(f"/api/images/{image.pk}/priors/{prior.pk}/opening/")
            for image, prior in ((now, studied), (studied, before), (now, before))
        ]
        return [(answer.status_code, answer.content) for answer in found]

    without = answers()
    assert [status for status, _ in without] == [200, 403, 404, 403, 200]
    project_says({"version": 1, "rules": {"any": EVERYTHING}})
    User.objects.filter(pk=made.readers[0].pk).update(hanging={"version": 1, "rules": {"any": EVERYTHING}})
    assert answers() == without


def test_a_rule_tells_nothing_of_what_a_model_said(signed_in: SignedIn) -> None:
    client, image = signed_in(), make_image()
    put(client, rules(any=EVERYTHING))
    before = hanging(client, image)
    drawn(image)
    assert hanging(client, image) == before


def test_a_study_has_its_own_look_whatever_person_and_project_say() -> None:
    made = opened(make_study(cases=2))
    reader, client = made.readers[0], Client()
    client.force_login(reader)
    session = reader.reader_in.get().sessions.order_by("ordinal")[0]
    assert client.post(f"/api/studies/{made.study.pk}/sessions/{session.pk}/open/").status_code == 200

    def received() -> list[str]:
        page = client.get(f"/studies/{made.study.pk}/read/")
        step = client.post(f"/api/studies/{made.study.pk}/next/", headers={"X-Tab": "t"})
        assert (page.status_code, step.status_code) == (200, 200)
        of_the_moment = re.compile(r"[0-9A-Za-z]{64}|\d{4}-\d\d-\d\dT[^\"]*")
        return [of_the_moment.sub("", answer.content.decode()) for answer in (page, step)]

    without = received()
    Project.objects.update(hanging={"version": 1, "rules": {"any": EVERYTHING}})
    buttons = {"middle": "window", "right": "none", "wheel": "cases", "window_gain": "fast"}
    User.objects.filter(pk=reader.pk).update(
        hanging={"version": 1, "rules": {"any": EVERYTHING}}, own_keys={"version": 1, "keys": {}, "buttons": buttons}
    )
    assert received() == without
    assert "Lungs" not in "".join(without)
    assert Assignment.objects.exists()
