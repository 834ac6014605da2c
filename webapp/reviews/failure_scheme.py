"""Failure scheme: outcome x site x cause x severity, plus laterality and a region. Version 1 is built in, as written here.

The codes follow the failure modes of paper 001 (Reader Study, Fig. 2): most false positives lie at the hilum or at a
clavicle over the lung apex. A published version never changes: an edit makes a new one (scheme_versions.py), and rows
keep the version they were coded in.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

SCHEME_VERSION = 1  # the built-in version; scheme_versions.current_scheme() is the one in force
KINDS = ("sites", "lateralities", "causes", "severities")

OUTCOMES = {
    "FP": "False positive",
    "FN_IMG": "False negative",
    "FN_LOC": "Wrong place",
    "FP_LOC": "Extra region",
}
PAPER_OUTCOMES = ("FP", "FN_LOC")  # paper 001's false positive, and its false negative: right image, wrong place
SITES = {
    "HIL": "hilum",
    "CLA": "clavicle over apex",
    "APX": "apex clear of clavicle",
    "UZ": "upper zone",
    "MZ": "middle zone",
    "LZ": "lower zone",
    "RCD": "retrocardiac",
    "RDP": "behind the diaphragm",
    "CPA": "costophrenic angle",
    "CFA": "cardiophrenic fat",
    "CAR": "heart border",
    "MED": "mediastinum",
    "PLE": "pleura",
    "RIB": "rib or costochondral",
    "SCA": "scapula",
    "SPN": "spine",
    "SFT": "breast or soft tissue",
    "DEV": "device or line",
    "EXT": "outside the thorax",
    "IMG": "edge, marker or text",
    "DIF": "diffuse",
}
PAPER_SITES = ("HIL", "CLA")
LATERALITIES = {"R": "right", "L": "left", "B": "both sides", "M": "midline", "U": "not stated"}
NOT_STATED = "U"  # of a laterality
CAUSES = {
    "NRM": "normal density",
    "OVL": "overlap",
    "ROT": "rotation",
    "INS": "poor inspiration",
    "EXP": "exposure",
    "PAP": "portable AP",
    "DVC": "device or tube",
    "NIP": "nipple",
    "SKF": "skin fold",
    "SCR": "scar or surgery",
    "ATL": "atelectasis",
    "EFF": "effusion",
    "EDE": "oedema",
    "MAS": "mass",
    "OTH": "other pathology",
    "SML": "small or subtle",
    "HID": "hidden behind a structure",
    "BRD": "at border or cropped",
    "ART": "artefact or text",
    "SOS": "satisfaction of search",
    "ANC": "anchored on AI",
    "TRL": "truth label wrong",
    "TRB": "truth box loose",
    "UNK": "not known",
}
# Only a reader who has seen the model can be anchored by it: a review of the model's own answer cannot carry this code.
AIDED_READER_CAUSES = frozenset({"ANC"})
SEVERITIES = {
    0: "none",
    1: "no change of management",
    2: "delayed or extra test",
    3: "likely harm",
}
CONFIDENCES = (1, 2, 3, 4, 5)


@dataclass(frozen=True)
class Verdict:
    """What a reader may say of one finding of the model, and what that asks for."""

    code: str
    title: str
    outcome: str = ""  # the failure's outcome; empty when the verdict is no failure
    needs_box: bool = False
    takes_box: bool = False  # of its own: a failure has its box among its other codes
    needs_term: bool = False  # names a term of finding_terms.py, and no finding of the model

    @property
    def is_failure(self) -> bool:
        """True for the verdicts that need a site."""
        return bool(self.outcome)


VERDICTS = {
    verdict.code: verdict
    for verdict in (
        Verdict("agree", "Agree"),
        Verdict("false_positive", "False positive", outcome="FP"),
        Verdict("false_negative", "False negative", outcome="FN_IMG"),
        Verdict("wrong_place", "Wrong place", outcome="FN_LOC", needs_box=True),
        Verdict("refusal_right", "Refusal right"),
        Verdict("refusal_wrong", "Refusal wrong"),
        Verdict("present", "Finding is there", takes_box=True),
        Verdict("absent", "Not there"),
        Verdict("cannot_judge", "Cannot say"),
        Verdict("missed_other", "Missed, no finding for it", takes_box=True, needs_term=True),
    )
}
WITHDRAWN = Verdict("withdrawn", "Withdrawn")
"""Not a verdict on the finding: the reader takes the answer back and has none on it."""
SAYABLE = {**VERDICTS, WITHDRAWN.code: WITHDRAWN}
FAILURE_VERDICTS = tuple(code for code, verdict in VERDICTS.items() if verdict.is_failure)
SHORTCOMINGS = (*FAILURE_VERDICTS, "refusal_wrong", "missed_other")
"""Where the model fell short: what `/failures/` lists. Only FAILURE_VERDICTS say that an answer of the model was wrong."""
MODEL_CAUSES = {code: title for code, title in CAUSES.items() if code not in AIDED_READER_CAUSES}
# Paper 001's pairs, offered first: (verdict, site, cause).
FIRST_ROWS = (
    ("false_positive", "HIL", "NRM"),
    ("false_positive", "CLA", "NRM"),
    ("wrong_place", "HIL", "NRM"),
    ("wrong_place", "CLA", "NRM"),
)


@dataclass(frozen=True)
class Scheme:
    """One version. Every code it ever had stays in it with its title; retired ones are for reading old rows only."""

    version: int
    sites: Mapping[str, str]
    lateralities: Mapping[str, str]
    causes: Mapping[str, str]
    severities: Mapping[int, str]
    retired: Mapping[str, Mapping[Any, str]] = field(default_factory=dict)
    """kind -> retired code -> the code that takes its place, or empty"""

    def titles(self, kind: str) -> Mapping[Any, str]:
        """code -> title, retired codes included. Raises ValueError for a kind that is none."""
        if kind not in KINDS:
            raise ValueError(f"kind {kind!r} is not one of {', '.join(KINDS)}")
        found: Mapping[Any, str] = getattr(self, kind)
        return found

    def title(self, kind: str, code: Any) -> str:
        """The title of a code; a code that the version does not have is its own title."""
        return self.titles(kind).get(code, str(code))

    def in_use(self, kind: str) -> dict[Any, str]:
        """code -> title of what a new row may say."""
        gone = self.retired.get(kind, {})
        return {code: title for code, title in self.titles(kind).items() if code not in gone}

    def model_causes(self) -> dict[str, str]:
        """Causes in use without those of aided readers."""
        return {code: title for code, title in self.in_use("causes").items() if code not in AIDED_READER_CAUSES}

    def why_not(self, kind: str, code: Any) -> str:
        """Why a new row may not say a retired code; empty for codes in use and strangers."""
        gone = self.retired.get(kind, {})
        if isinstance(code, list | dict) or code not in gone:
            return ""
        instead = f": {gone[code]} takes its place" if gone[code] else ""
        return f"is retired in version {self.version} of the failure scheme{instead}"


VERSION_1 = Scheme(SCHEME_VERSION, SITES, LATERALITIES, CAUSES, SEVERITIES)
