"""What a change plan says: the model by which it is sent, kept and read. Every fault has its sentence, with the value and what is
allowed. Whether the findings exist is asked where the bundle is known (propose_plan.py)."""

from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo

from webapp.body_values import is_finite_number, shown
from webapp.change_plans.gate_kinds import GATE_KINDS
from webapp.change_plans.stop_signals import ACTIONS, STOP_SIGNALS
from webapp.change_plans.subgroups import SUBGROUPS
from webapp.sent_body import OneOf, Says, SentBody, said

CHANGES = {
    "data": "training data",
    "weights": "weights",
    "calibration": "calibration",
    "operating_points": "operating points",
}
MULTIPLICITIES = {"all_must_pass": "every gate must pass, each at alpha (intersection-union, Berger 1982)"}
APPROVERS = {"manager": "a manager", "admin": "a second admin"}
HIGHEST_ALPHA = 0.2
LOWEST_POWER, HIGHEST_POWER = 0.5, 0.99
MOST_CASES, MOST_LOOKS, MOST_DAYS = 100_000, 100, 365


def each_once(values: list[str], info: ValidationInfo) -> list[str]:
    name = info.field_name
    if not values:
        raise said("empty", f"{name} is empty: name at least one")
    twice = next((one for one in values if values.count(one) > 1), None)
    if twice is not None:
        raise said("twice", f"{name} names {twice!r} twice")
    return values


def _number(value: Any, what: str, lowest: float, highest: float, why_above: str = "") -> float:
    """A number above lowest and at most highest, else its sentence."""
    if not is_finite_number(value):
        raise said("not_allowed", f"{what} {shown(value)} is not a number above {lowest:g} and at most {highest:g}")
    if not lowest < value <= highest:
        why = f": {why_above}" if why_above and value <= lowest else ""
        raise said("not_allowed", f"{what} {value:g} is not above {lowest:g} and at most {highest:g}{why}")
    return float(value)


def _margin(value: Any, info: ValidationInfo) -> float | None:
    kind = GATE_KINDS.get(info.data.get("key", ""))
    if kind is None:  # the key has its own sentence
        return 0.0
    if info.field_name == "subgroup_margin":
        if value is None:
            return None
        if not kind.is_by_subgroup:
            raise said("not_allowed", f"gate {kind.key} is not asked in subgroups: leave its subgroup_margin out")
    why = "a margin says how much worse is still accepted, and is written without a minus"
    return _number(value, f"{info.field_name} of gate {kind.key}", kind.lowest, kind.highest, why)


def _limit(value: Any, info: ValidationInfo) -> float:
    signal = STOP_SIGNALS.get(info.data.get("signal", ""))
    return _number(value, f"limit of {signal.key}", signal.lowest, signal.highest) if signal else 0.0


def _alpha(value: Any) -> float:
    return _number(value, "alpha", 0, HIGHEST_ALPHA)


def _power(value: Any) -> float:
    return _number(value, "power", LOWEST_POWER, HIGHEST_POWER)


def whole(least: int, most: int) -> Any:
    return Annotated[
        int, Field(ge=least, le=most), Says(f"{{name}} {{shown}} is not a whole number from {least} to {most}")
    ]


def _codes(table: Iterable[str]) -> Any:
    return Annotated[list[Annotated[str, OneOf(tuple(table))]], AfterValidator(each_once)]


def _gates(gates: list["Gate"]) -> list["Gate"]:
    keys = [gate.key for gate in gates]
    if not gates:
        raise said("empty", "gates is empty: a plan without a gate would let everything pass")
    twice = next((key for key in keys if keys.count(key) > 1), None)
    if twice:
        raise said("twice", f"gate {twice!r} is named twice: one margin each")
    return gates


def _subgroup(value: Any) -> Any:
    if not isinstance(value, str) or value not in SUBGROUPS:
        raise said("not_allowed", f"subgroup {shown(value)} does not exist; there are {', '.join(SUBGROUPS)}")
    return value


def _subgroups(values: list[str], info: ValidationInfo) -> list[str]:
    return each_once(values, info) if values else values


def _primary_among(findings: list[str], info: ValidationInfo) -> list[str]:
    primary = info.data.get("primary_finding")
    if primary and primary not in findings:
        raise said("not_allowed", f"primary_finding {shown(primary)} is not among findings: {', '.join(findings)}")
    return findings


class Gate(SentBody):
    """One comparison. margin: how much worse the candidate may be, overall; subgroup_margin: in each subgroup, null where it is not
    asked there."""

    key: Annotated[str, OneOf(tuple(GATE_KINDS))]
    margin: Annotated[float, BeforeValidator(_margin)]
    subgroup_margin: Annotated[float | None, BeforeValidator(_margin)] = None


class LeastNumbers(SentBody):
    """Below these a gate gives no verdict but "not enough cases"."""

    positives: whole(1, MOST_CASES)  # type: ignore[valid-type]
    negatives: whole(1, MOST_CASES)  # type: ignore[valid-type]
    in_subgroup: whole(1, MOST_CASES)  # type: ignore[valid-type]


class StopRule(SentBody):
    """limit and least_n: of the signal. action: what happens when it fires."""

    signal: Annotated[str, OneOf(tuple(STOP_SIGNALS))]
    limit: Annotated[float, BeforeValidator(_limit)]
    least_n: whole(1, MOST_CASES)  # type: ignore[valid-type]
    action: Annotated[str, OneOf(tuple(ACTIONS))]


class SilentTrial(SentBody):
    """A candidate that passed runs unseen until so many images have come; one that has fewer after so many days ends incomplete.
    least_in_slice: below it a view, maker or hour has no figure; null: as in a subgroup."""

    least_images: whole(1, MOST_CASES)  # type: ignore[valid-type]
    most_days: whole(1, MOST_DAYS)  # type: ignore[valid-type]
    least_in_slice: whole(1, MOST_CASES) | None = None  # type: ignore[valid-type]


class PlanBody(SentBody):
    """A change plan. findings: those whose gates are asked; the primary one is among them. approvers: roles one of whose people,
    other than the author, approves plans and locks reference sets. most_looks: how often candidates
    may be measured on one version of the reference set. alpha: one-sided chance that a candidate outside a gate passes it. power:
    chance that one as good as it should be passes all of them, which says how many cases are needed."""

    may_change: _codes(CHANGES)  # type: ignore[valid-type]
    primary_finding: Annotated[
        str, Field(min_length=1, max_length=64), Says("primary_finding {shown} is not a finding's key", absent="")
    ]
    findings: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=64)]],
        AfterValidator(_primary_among),
        AfterValidator(each_once),
    ]
    gates: Annotated[list[Gate], AfterValidator(_gates)]
    subgroups: Annotated[list[Annotated[str, BeforeValidator(_subgroup)]], AfterValidator(_subgroups)]
    least: LeastNumbers
    alpha: Annotated[float, BeforeValidator(_alpha)]
    multiplicity: Annotated[str, OneOf(tuple(MULTIPLICITIES))]
    stop_rules: list[StopRule]
    most_looks: whole(1, MOST_LOOKS)  # type: ignore[valid-type]
    approvers: _codes(APPROVERS)  # type: ignore[valid-type]
    power: Annotated[float, BeforeValidator(_power)] = 0.8
    silent_trial: SilentTrial | None = None
