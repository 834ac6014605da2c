"""Hanging rules of one's own as the API takes and answers them. What they mean: webapp/accounts/hanging.py."""

from typing import Annotated, Final, Literal

from pydantic import Field
from typing_extensions import TypedDict

from webapp.accounts.hanging import PARTS, VERSION, codes_of, read_rules, stored_rules
from webapp.accounts.models import User
from webapp.json_bodies import coded
from webapp.sent_body import OneOf, Says, SentBody, read_sent

WHOSE: Final = "your hanging rules"
BESIDE, PRESETS, LINKED = (tuple(codes) for _, codes in PARTS.values())
BESIDE_OTHER = tuple(codes_of("other", "beside"))
EMPTY = Field(description="empty: not said")


class HangingRule(SentBody):
    """How a case opens; an empty text leaves a part to the rule for any view, and there to the project."""

    beside: Annotated[str, OneOf(BESIDE, absent="", or_empty=True), EMPTY]
    preset: Annotated[str, OneOf(PRESETS, absent="", or_empty=True), EMPTY]
    linked: Annotated[str, OneOf(LINKED, absent="", or_empty=True), EMPTY]


class HangingRuleOfOther(HangingRule):
    """A `HangingRule` for another view, or none stated: its study has no other view of it."""

    beside: Annotated[str, OneOf(BESIDE_OTHER, absent="", or_empty=True), EMPTY]


class HangingRulesByView(SentBody):
    """A rule for each view."""

    any: HangingRule
    frontal: HangingRule
    lateral: HangingRule
    other: HangingRuleOfOther


class HangingChoices(SentBody):
    """version: of this form, 1."""

    version: Annotated[Literal[1], Says("version {shown} is not 1: this site cannot read the rules", "version")]
    rules: HangingRulesByView


class OwnRule(TypedDict):
    """A `HangingRule` as it is answered."""

    beside: Annotated[str, coded(("", *BESIDE))]
    preset: Annotated[str, coded(("", *PRESETS))]
    linked: Annotated[str, coded(("", *LINKED))]


class OwnRulesByView(TypedDict):
    """A `HangingRulesByView` as it is answered."""

    any: OwnRule
    frontal: OwnRule
    lateral: OwnRule
    other: OwnRule


class OwnHanging(TypedDict):
    """A `HangingChoices` as it is answered; what of stored rules is not known here is left out."""

    version: int
    rules: OwnRulesByView


def own_hanging(person: User) -> OwnHanging:
    rules = read_rules(person.hanging, WHOSE).rules

    def rule(view: str) -> OwnRule:
        said = rules.get(view, {})
        return {"beside": said.get("beside", ""), "preset": said.get("preset", ""), "linked": said.get("linked", "")}

    by_view: OwnRulesByView = {
        "any": rule("any"),
        "frontal": rule("frontal"),
        "lateral": rule("lateral"),
        "other": rule("other"),
    }
    return {"version": VERSION, "rules": by_view}


def store_hanging(person: User, data: object) -> OwnHanging:
    """Takes the place of what was stored; gives it. Raises Refused (400) and changes nothing."""
    person.hanging = stored_rules(read_sent(HangingChoices, data).rules.model_dump())
    person.save(update_fields=["hanging"])
    return own_hanging(person)
