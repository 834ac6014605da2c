"""Failure scheme, version 1: outcome x site x cause x severity, plus laterality and a region.

The codes follow the failure modes of paper 001 (Reader Study, Fig. 2): most false positives lie at the hilum or at a
clavicle over the lung apex. Codes are never renamed: a change makes a new version, and reviews keep theirs.
"""

from dataclasses import dataclass

SCHEME_VERSION = 1

OUTCOMES = {
    "FP": "False positive",
    "FN_IMG": "False negative",
    "FN_LOC": "Wrong place",
    "FP_LOC": "Extra region",
}
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
LATERALITIES = {"R": "right", "L": "left", "B": "both sides", "M": "midline", "U": "not stated"}
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

    @property
    def is_failure(self) -> bool:
        """True for the verdicts that need a site and a cause."""
        return bool(self.outcome)


VERDICTS = {
    verdict.code: verdict
    for verdict in (
        Verdict("agree", "Agree"),
        Verdict("false_positive", "False positive", outcome="FP"),
        Verdict("false_negative", "False negative", outcome="FN_IMG"),
        Verdict("wrong_place", "Wrong place", outcome="FN_LOC", needs_box=True),
        Verdict("cannot_judge", "Cannot judge"),
    )
}
FAILURE_VERDICTS = tuple(code for code, verdict in VERDICTS.items() if verdict.is_failure)
MODEL_CAUSES = {code: title for code, title in CAUSES.items() if code not in AIDED_READER_CAUSES}
# Paper 001's pairs, offered first: (verdict, site, cause).
FIRST_ROWS = (
    ("false_positive", "HIL", "NRM"),
    ("false_positive", "CLA", "NRM"),
    ("wrong_place", "HIL", "NRM"),
    ("wrong_place", "CLA", "NRM"),
)


def scheme_document() -> dict[str, object]:
    """The scheme as `GET /api/failure-scheme/` answers it: what a review of a model's answer may say."""
    return {
        "version": SCHEME_VERSION,
        "outcomes": _rows(OUTCOMES),
        "sites": _rows(SITES),
        "lateralities": _rows(LATERALITIES),
        "causes": _rows(MODEL_CAUSES),
        "severities": [{"value": value, "title": title} for value, title in SEVERITIES.items()],
        "verdicts": [
            {
                "code": verdict.code,
                "title": verdict.title,
                "outcome": verdict.outcome or None,
                "needs_failure": verdict.is_failure,
                "needs_box": verdict.needs_box,
            }
            for verdict in VERDICTS.values()
        ],
        "confidences": list(CONFIDENCES),
        "first_rows": [
            {"verdict": verdict, "outcome": VERDICTS[verdict].outcome, "site": site, "cause": cause}
            for verdict, site, cause in FIRST_ROWS
        ],
    }


def _rows(titles: dict[str, str]) -> list[dict[str, str]]:
    return [{"code": code, "title": title} for code, title in titles.items()]
