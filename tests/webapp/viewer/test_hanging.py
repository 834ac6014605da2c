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
from webapp.accounts.hanging import VIEWS, read_rules
from webapp.accounts.models import User
from webapp.archive.models import Image, Project

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
    assert [status for status, _ in without] == [200, 404, 404, 404, 200]
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
