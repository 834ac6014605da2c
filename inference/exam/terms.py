"""The table of terms (terms.json): which words and codes mean which body part, view, side or age group.

Codes are those of CID 4, 4009, 4010, 20, 26 and 244 of PS3.16, as SNOMED CT (SCT) and in the older form (SRT). SNM3 and
99SDM are read as SRT (PS3.16 section 8.1). Words are upper case without accents, in English, German, French, Spanish,
Italian, Portuguese and Dutch, with the Defined Terms of PS3.3 and PS3.16 annex L. Nothing outside the table has a meaning.
"""

import json
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from inference.exam.statements import Code

BODY_PART: Final = "body_part"
VIEW: Final = "view"
LATERALITY: Final = "laterality"
AGE_GROUP: Final = "age_group"
KINDS: Final = (BODY_PART, VIEW, LATERALITY, AGE_GROUP)

_SCHEMES = {"SCT": "SCT", "SRT": "SRT", "SNM3": "SRT", "99SDM": "SRT"}
_LONGEST_PHRASE = 4  # words
_ONE_OF_TWO = {"FACE"}  # a part of the head, or where views stand the French for frontal
_NOT_A_LETTER = re.compile(r"[^0-9A-Z\u3040-\u9fff]+")


@dataclass(frozen=True)
class Term:
    """One meaning. narrower: keys of the meanings that it leaves open (frontal: PA or AP)."""

    kind: str
    key: str
    title: str
    narrower: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Reading:
    """What a free text says: its meanings in the order of the text, and the words that have none."""

    terms: tuple[Term, ...] = ()
    unknown: tuple[str, ...] = ()

    def of(self, kind: str) -> tuple[Term, ...]:
        return tuple(term for term in self.terms if term.kind == kind)


@dataclass(frozen=True)
class _Table:
    terms: dict[tuple[str, str], Term]  # by kind and key
    codes: dict[tuple[str, str, str], Term]  # by kind, scheme and value
    phrases: dict[str, tuple[Term, ...]]  # a word without meaning has an empty tuple


def code_term(kind: str, code: Code) -> Term | None:
    """What a code means as a `kind`; None for a code outside the table, whatever its Code Meaning says."""
    scheme = _SCHEMES.get(code.scheme.strip().upper())
    return None if scheme is None else _table().codes.get((kind, scheme, code.value.strip().upper()))


def term(kind: str, key: str) -> Term:
    """Raises KeyError for a key that is not in the table."""
    return _table().terms[kind, key]


def within(kind: str, key: str) -> frozenset[str]:
    """The key with those of every meaning that it leaves open: FRONTAL, PA and AP. Raises KeyError for a key that is not there."""
    return term(kind, key).narrower | {key}


def read_text(text: str, own_kind: str) -> Reading:
    """The meanings of `CHEST PA`, `Thorax a.p.` or `poumon de face`. own_kind: decides between two meanings of one word."""
    words = plain(text).split()
    terms: list[Term] = []
    unknown: list[str] = []
    start = 0
    while start < len(words):
        length, found = _longest(words, start)
        if found is None:
            unknown.append(words[start])
        elif " ".join(words[start : start + length]) in _ONE_OF_TWO:
            terms += [one for one in found if one.kind == (VIEW if own_kind == VIEW else BODY_PART)]
        else:
            terms += found
        start += length
    return Reading(tuple(dict.fromkeys(terms)), tuple(unknown))


def plain(text: str) -> str:
    """Upper case, without accents, one blank where anything else than letters and digits stood."""
    upper = unicodedata.normalize("NFKD", text).upper()
    letters = "".join(letter for letter in upper if not unicodedata.combining(letter))
    return _NOT_A_LETTER.sub(" ", letters).strip()


def most_specific(terms: tuple[Term, ...]) -> tuple[Term, ...]:
    """Without those that only leave open what another one says: frontal beside PA. More than one left: a contradiction."""
    keys = {one.key for one in terms}
    return tuple(one for one in dict.fromkeys(terms) if not one.narrower & keys)


def _longest(words: list[str], start: int) -> tuple[int, tuple[Term, ...] | None]:
    """How many words the longest known phrase at `start` takes, and its meanings; None for an unknown word."""
    phrases = _table().phrases
    for length in range(min(_LONGEST_PHRASE, len(words) - start), 0, -1):
        found = phrases.get(" ".join(words[start : start + length]))
        if found is not None:
            return length, found
    return 1, () if words[start].isdigit() else _two_in_one(words[start])


def _two_in_one(word: str) -> tuple[Term, ...] | None:
    """`CHESTPA`: a body part and a view without a blank."""
    phrases = _table().phrases
    for cut in range(len(word) - 2, 2, -1):
        first, second = phrases.get(word[:cut], ()), phrases.get(word[cut:], ())
        if any(one.kind == BODY_PART for one in first) and any(one.kind != BODY_PART for one in second):
            return (*first, *second)
    return None


@cache
def _table() -> _Table:
    document = json.loads((Path(__file__).parent / "terms.json").read_text(encoding="utf-8"))
    terms: dict[tuple[str, str], Term] = {}
    codes: dict[tuple[str, str, str], Term] = {}
    phrases: dict[str, list[Term]] = defaultdict(list)
    for row, one in _rows(document):
        terms[one.kind, one.key] = one
        codes |= {(one.kind, scheme, value): one for scheme in ("SCT", "SRT") for value in row[scheme]}
        for word in dict.fromkeys(row["words"]):
            phrases[word].append(one)
    for word in document["no_meaning"]:
        phrases.setdefault(word, [])
    return _Table(terms, codes, {word: tuple(found) for word, found in phrases.items()})


def _rows(document: dict[str, Any]) -> Iterator[tuple[dict[str, Any], Term]]:
    for kind in KINDS:
        for row in document[kind]:
            yield row, Term(kind, row["key"], row["title"], frozenset(row.get("narrower", ())))
