"""Keys and mouse buttons of one's own: the body that is stored for a person, and what of it is refused.

Which actions there are, and which key each has by itself, the viewer knows (its key table): the page looks whether a key means two
things there. Here a map is refused that could not be read again, or that gives one key twice by itself.
"""

import re
from collections.abc import Iterator
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field
from typing_extensions import TypedDict

from webapp.accounts.list_keys import VERSION
from webapp.accounts.models import User
from webapp.json_bodies import coded
from webapp.refused import Refused
from webapp.sent_body import OneOf, Says, SentBody, read_sent, said

LONGEST_BODY: Final = 64 * 1024
"""bytes; a map that names every action is about 4 KiB"""
MOST_ACTIONS: Final = 200
MOST_KEYS: Final = 4
"""of one action"""
DRAGS: Final = ("pan", "zoom", "window", "none")
GAINS: Final = ("slow", "usual", "fast")
WHEELS: Final = ("zoom", "zoom_reversed", "cases")
_ACTION = re.compile(r"[a-z][a-z0-9-]{0,39}")
_KEY = re.compile(r"(ctrl\+)?(alt\+)?(shift\+)?([^\s\x00-\x1f\ud800-\udfff]| |[A-Z][A-Za-z0-9]{1,19})")
_LISTS = "list-"  # actions of lists begin so; their keys and those of the reading page never meet


def _keys(keys: dict[str, list[str]]) -> dict[str, list[str]]:
    if len(keys) > MOST_ACTIONS:
        raise said("too_many", f"{len(keys)} actions; at most {MOST_ACTIONS}")
    for action, given in keys.items():
        if not _ACTION.fullmatch(action):
            raise said("not_allowed", f"{action[:40]!r} is no action: small letters, digits and hyphens, at most 40")
        if len(given) > MOST_KEYS:
            raise said("too_many", f"{action} has {len(given)} keys; at most {MOST_KEYS}")
        for key in given:
            if not _KEY.fullmatch(key):
                raise said("not_allowed", f"{key[:40]!r} is no key such as j, shift+j, ctrl+z or Enter")
    for key, first, second in _given_twice(keys):
        raise said("conflict", f"{key!r} is given to {first} and to {second}: one key, one action")
    return keys


def _given_twice(keys: dict[str, list[str]]) -> Iterator[tuple[str, str, str]]:
    owner: dict[tuple[bool, str], str] = {}
    for action, given in keys.items():
        for key in given:
            first = owner.setdefault((action.startswith(_LISTS), key), action)
            if first != action:
                yield key, first, action


class ButtonChoices(SentBody):
    """What a drag with a button does (the left one has the chosen tool), and the wheel. window_gain: how fast a drag changes
    window and level."""

    middle: Annotated[str, OneOf(DRAGS)]
    right: Annotated[str, OneOf(DRAGS)]
    wheel: Annotated[str, OneOf(WHEELS)]
    window_gain: Annotated[str, OneOf(GAINS)] = "usual"


class KeyChoices(SentBody):
    """keys: by action, only those that are not the usual ones; none: the action has no key. version: of this form, 1."""

    version: Annotated[Literal[1], Says("version {shown} is not 1: this site cannot read the map", "version")]
    keys: Annotated[
        dict[str, list[Annotated[str, Field(max_length=40)]]],
        Says("keys are not lists of keys by action"),
        AfterValidator(_keys),
    ]
    buttons: ButtonChoices


class OwnButtons(TypedDict):
    """A `ButtonChoices` as it is answered."""

    middle: Annotated[str, coded(DRAGS)]
    right: Annotated[str, coded(DRAGS)]
    wheel: Annotated[str, coded(WHEELS)]
    window_gain: Annotated[str, coded(GAINS)]


class OwnKeys(TypedDict):
    """A `KeyChoices` as it is answered."""

    version: int
    keys: dict[str, list[str]]
    buttons: OwnButtons


USUAL: Final[OwnKeys] = {
    "version": VERSION,
    "keys": {},
    "buttons": {"middle": "pan", "right": "zoom", "wheel": "zoom", "window_gain": "usual"},
}


def keys_of(person: User) -> OwnKeys:
    """What the person has stored, a `KeyChoices`; the usual keys where there is nothing, or what an earlier version of Sightline
    cannot have written."""
    try:
        return _document(read_sent(KeyChoices, person.own_keys)) if person.own_keys else USUAL
    except Refused:
        return USUAL


def store_keys(person: User, data: object) -> OwnKeys:
    """Takes the place of what was stored; gives it. Raises Refused (400) and changes nothing."""
    person.own_keys = read_sent(KeyChoices, data).model_dump()
    person.save(update_fields=["own_keys"])
    return keys_of(person)


def _document(choices: KeyChoices) -> OwnKeys:
    buttons: OwnButtons = {
        "middle": choices.buttons.middle,
        "right": choices.buttons.right,
        "wheel": choices.buttons.wheel,
        "window_gain": choices.buttons.window_gain,
    }
    return {"version": choices.version, "keys": choices.keys, "buttons": buttons}
