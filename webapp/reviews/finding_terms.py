"""What a reader may say is there though the model has no finding for it: a list of terms, kept as data with a version.

finding_terms.json: a code of ours, its title, the keys under which bundles name the same finding and, where its meaning is
the term itself, the code of a public scheme as bundles carry it. A term is never taken out, only retired: rows keep the
version in which they were made.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

_FILE = Path(__file__).with_name("finding_terms.json")


@dataclass(frozen=True)
class Term:
    """keys: of bundles' findings that mean the same. public: (scheme, value) of the same concept, empty where none is known."""

    code: str
    title: str
    keys: tuple[str, ...]
    public: tuple[str, str] | tuple[()] = ()
    needs_note: bool = False
    retired: bool = False

    def finding_of(self, findings: Iterable[Mapping[str, Any]]) -> str:
        """The key of the finding of a bundle that means the same; empty where the bundle has none."""
        for finding in findings:
            code = finding.get("code") or {}
            if finding["key"] in self.keys or (code.get("scheme"), code.get("value")) == self.public:
                return str(finding["key"])
        return ""


@dataclass(frozen=True)
class FindingTerms:
    """One version of the list, in the order in which it is offered."""

    version: int
    terms: Mapping[str, Term]

    def in_use(self) -> dict[str, Term]:
        """What a new row may say."""
        return {code: term for code, term in self.terms.items() if not term.retired}

    def title(self, code: str) -> str:
        """The title of a code, retired or not; a code that the list does not have is its own title."""
        return self.terms[code].title if code in self.terms else code


@cache
def finding_terms() -> FindingTerms:
    """The list in force."""
    document = json.loads(_FILE.read_text(encoding="utf-8"))
    terms = [_term(row) for row in document["terms"]]
    return FindingTerms(document["version"], {term.code: term for term in terms})


def _term(row: Mapping[str, Any]) -> Term:
    public = (row["scheme"], row["value"]) if "scheme" in row else ()
    marks = {name: bool(row.get(name, False)) for name in ("needs_note", "retired")}
    return Term(row["code"], row["title"], tuple(row["keys"]), public, **marks)
