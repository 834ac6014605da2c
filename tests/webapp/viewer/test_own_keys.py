"""`/api/me/keys/`: keys and mouse buttons of one's own, where they show, and what is refused."""

import html
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tests.webapp.viewer.case_factory import make_image
from webapp.accounts.list_keys import list_keys
from webapp.viewer.own_keys import USUAL

SignedIn = Callable[..., Client]
pytestmark = pytest.mark.django_db
BUTTONS = {"middle": "zoom", "right": "window", "wheel": "cases", "window_gain": "fast"}
MINE = {"version": 1, "keys": {"agree": ["u"], "sheet": [], "list-next": ["n"]}, "buttons": BUTTONS}
ADDRESS = "/api/me/keys/"


def put(client: Client, body: object) -> Any:
    return client.put(ADDRESS, json.dumps(body), content_type="application/json")


def test_they_are_kept_for_the_person_alone_and_reset(signed_in: SignedIn) -> None:
    one, other = signed_in(), signed_in(username="other")
    assert one.get(ADDRESS).json() == USUAL
    assert put(one, MINE).json() == MINE
    assert one.get(ADDRESS).json() == MINE
    assert other.get(ADDRESS).json() == USUAL
    assert one.delete(ADDRESS).json() == USUAL
    assert one.get(ADDRESS).json() == USUAL


def test_a_map_of_somebody_else_names_nobody_and_can_be_taken(signed_in: SignedIn) -> None:
    one, other = signed_in(), signed_in(username="other")
    put(one, MINE)
    exported = one.get(ADDRESS).json()
    assert one.person.username not in json.dumps(exported)
    assert put(other, exported).json() == MINE


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"version": 0}, "version 0 is not 1"),
        ({"version": 2}, "version 2 is not 1"),
        ({"keys": []}, "keys are not lists of keys by action"),
        ({"keys": {"agree": "y"}}, "agree 'y' is not a list"),
        ({"keys": {"Agree!": ["y"]}}, "'Agree!' is no action"),
        ({"keys": {"agree": ["two keys"]}}, "'two keys' is no key"),
        ({"keys": {"agree": ["\x00"]}}, "is no key"),
        ({"keys": {"agree": ["a", "b", "c", "d", "e"]}}, "agree has 5 keys; at most 4"),
        ({"keys": {f"a{n}": [] for n in range(201)}}, "201 actions; at most 200"),
        ({"keys": {"agree": ["q"], "disagree": ["q"]}}, "'q' is given to agree and to disagree"),
        ({"buttons": {**BUTTONS, "right": "explode"}}, "right 'explode' is not one of pan, zoom, window, none"),
        ({"buttons": {**BUTTONS, "window_gain": "warp"}}, "window_gain 'warp' is not one of slow, usual, fast"),
        ({"buttons": {"middle": "pan"}}, "right"),
        ({"owner": "other"}, "'owner' is not one of version, keys, buttons"),
    ],
)
def test_what_could_not_be_read_again_is_refused_and_changes_nothing(
    change: dict[str, Any], words: str, signed_in: SignedIn
) -> None:
    client = signed_in()
    put(client, MINE)
    answer = put(client, {**MINE, **change})
    assert answer.status_code == 400
    assert words in answer.json()["text"]
    assert client.get(ADDRESS).json() == MINE


def test_one_key_may_be_of_a_list_and_of_the_reading_page(signed_in: SignedIn) -> None:
    assert put(signed_in(), {**MINE, "keys": {"agree": ["q"], "list-next": ["q"]}}).status_code == 200


def test_a_map_from_before_the_gain_has_the_usual_one(signed_in: SignedIn) -> None:
    client = signed_in()
    older = {**MINE, "buttons": {"middle": "zoom", "right": "window", "wheel": "cases"}}
    assert put(client, older).json() == {**MINE, "buttons": {**BUTTONS, "window_gain": "usual"}}
    client.person.own_keys = older
    client.person.save()
    assert client.get(ADDRESS).json()["buttons"]["wheel"] == "cases"


def test_a_megabyte_is_refused_by_its_size(signed_in: SignedIn) -> None:
    client = signed_in()
    answer = put(client, {**MINE, "keys": {"agree": ["y" * 1_000_000]}})
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert client.get(ADDRESS).json() == USUAL


def test_what_another_version_stored_gives_the_usual_keys(signed_in: SignedIn) -> None:
    client = signed_in()
    for kept in ({"version": 9, "keys": {}}, {"keys": 1}, [1], "x"):
        client.person.own_keys = kept
        client.person.save()
        assert client.get(ADDRESS).json() == USUAL
        assert client.get("/").status_code == 200


def test_the_reading_page_has_them(signed_in: SignedIn) -> None:
    client = signed_in()
    put(client, MINE)
    page = client.get(f"/images/{make_image().pk}/").content.decode()
    boot = json.loads(page.split('id="reading-boot" type="application/json">')[1].split("</script>")[0])
    assert boot["user"]["keys"] == MINE


def test_lists_have_them(signed_in: SignedIn) -> None:
    client = signed_in()
    make_image()
    assert "<kbd>J</kbd> next" in client.get("/").content.decode()
    put(client, {**MINE, "keys": {"list-next": ["shift+n"], "list-search": []}})
    page = client.get("/").content.decode()
    assert "<kbd>⇧N</kbd> next" in page
    assert '{"shift+n": "list-next", "k": "list-previous"}' in html.unescape(page)
    assert "<kbd>/</kbd>" not in page


def test_a_key_given_to_one_action_of_a_list_is_not_the_usual_one_of_another() -> None:
    found = {row.id: row.keys for row in list_keys({"version": 1, "keys": {"list-next": ["k"]}})}
    assert found == {"list-next": ["k"], "list-previous": [], "list-search": ["/"]}


@pytest.mark.parametrize(
    "chosen",
    [
        {"version": 9, "keys": {"list-next": ["n"]}},
        {"keys": {"list-next": ["n"]}},
        {"version": 1, "keys": {"list-next": "n"}},
        {"version": 1, "keys": {"list-next": [5]}},
        {"version": 1, "keys": {"list-next": ["n"], "list-previous": ["n"]}},
        {"version": 1, "keys": ["n"]},
        "n",
    ],
)
def test_lists_keep_their_usual_keys_where_a_stored_map_is_not_one_of_this_version(chosen: object) -> None:
    assert {row.id: row.keys for row in list_keys(chosen)} == {
        "list-next": ["j"],
        "list-previous": ["k"],
        "list-search": ["/"],
    }


def test_the_settings_page_has_the_place_for_them(signed_in: SignedIn) -> None:
    page = signed_in().get("/settings/").content.decode()
    assert 'id="key-settings"' in page
    assert "assets/key_settings.js" in page
