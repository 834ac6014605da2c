"""Hanging rules: how a case opens on the reading page, by its view. A project has some, and each person may have others.

A rule says what lies beside the case, its window, and whether the two move together; each of these may be left unsaid. What is
stored names only what is said. The order of precedence stands in docs/viewer.md, section 15.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from inference.dicom.display import PRESET_NAMES

VERSION: Final = 1
LONGEST_SHOWN: Final = 40
ANY: Final = "any"
VIEWS: Final[dict[str, str]] = {
    ANY: "any view",
    "frontal": "frontal (PA, AP)",
    "lateral": "lateral",
    "other": "another view, or none stated",
}
OWN_WINDOW: Final = PRESET_NAMES[0]
"""each image opens with the window that its file names"""
PARTS: Final[dict[str, tuple[str, dict[str, str]]]] = {
    "beside": (
        "beside the case",
        {
            "prior": "the latest earlier image",
            "other_view": "the other view of the study",
            "nothing": "nothing",
        },
    ),
    "preset": ("window", {name: name for name in PRESET_NAMES}),
    "linked": ("zoom and pan", {"linked": "linked", "apart": "not linked"}),
}
"""of a rule: title, and the titles of its codes"""
AS_BUILT: Final[dict[str, str]] = {"beside": "prior", "preset": OWN_WINDOW, "linked": "linked"}

Rules = dict[str, dict[str, str]]
"""code by part by view: only what is said"""


@dataclass(frozen=True)
class ReadRules:
    """What of stored rules holds, and by view a sentence for whatever of them is not known here."""

    rules: Rules = field(default_factory=dict)
    remarks: list[tuple[str, str]] = field(default_factory=list)

    def remarks_for(self, view: str) -> list[str]:
        """Those that matter for a case of this view."""
        return [text for of, text in self.remarks if of in (ANY, view)]


def codes_of(view: str, part: str) -> dict[str, str]:
    """What can be said of a part for a view: only frontal and lateral have another view in their study (webapp/priors)."""
    codes = PARTS[part][1] if part in PARTS else {}
    return {code: title for code, title in codes.items() if (view, code) != ("other", "other_view")}


def read_rules(stored: Any, whose: str) -> ReadRules:
    """Never fails: what another version of Sightline, or another program, has stored is left out and named.

    whose: the subject of the sentences, "your hanging rules".
    """
    if not stored:
        return ReadRules()
    version = stored.get("version") if isinstance(stored, Mapping) else VERSION
    if version != VERSION:
        text = (
            f"{whose} are of version {str(version)[:LONGEST_SHOWN]}, which this site does not read: they are not used"
        )
        return ReadRules(remarks=[(ANY, text)])
    by_view = stored.get("rules") if isinstance(stored, Mapping) else None
    if not isinstance(by_view, Mapping):
        return ReadRules(remarks=[(ANY, f"{whose} cannot be read: they are not used")])
    found = ReadRules()
    for view, rule in by_view.items():
        if view not in VIEWS:  # what it means is not known, so that it may be about any case
            found.remarks.append((ANY, f"{whose} name a view {_cut(view)}, which is not known here: it is left out"))
            continue
        if not isinstance(rule, Mapping):
            found.remarks.append((view, f"{whose} for {VIEWS[view]} cannot be read: they are left out"))
            continue
        for part, code in rule.items():
            _take(found, whose, view, str(part), code)
    return found


def stored_rules(rules: Rules) -> dict[str, Any]:
    """As the database keeps them; empty where nothing is said."""
    said = {view: {part: code for part, code in rule.items() if code} for view, rule in rules.items()}
    said = {view: rule for view, rule in said.items() if rule}
    return {"version": VERSION, "rules": said} if said else {}


def rule_for(view: str, own: Rules, project: Rules) -> dict[str, str]:
    """What holds for a case of this view: of each part the own word on the view, the own one on any view, the project's alike,
    and what is built in."""
    order = [rules.get(of, {}) for rules in (own, project) for of in (view, ANY)]
    return {part: next((rule[part] for rule in order if part in rule), AS_BUILT[part]) for part in PARTS}


def _take(found: ReadRules, whose: str, view: str, part: str, code: Any) -> None:
    title = PARTS[part][0] if part in PARTS else ""
    if isinstance(code, str) and code in codes_of(view, part):
        found.rules.setdefault(view, {})[part] = code
    elif code != "":
        what = f"{_cut(code)} for “{title}”" if title else _cut(part)
        found.remarks.append((view, f"{whose} for {VIEWS[view]} name {what}, which is not known here: it is left out"))


def _cut(value: Any) -> str:
    return repr(str(value)[:LONGEST_SHOWN])
