"""What a reference set is made of, in figures for its page: counts and no image."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from webapp.accounts.policy import Person
from webapp.change_plans.models import LabelOrigin, ReferenceSet
from webapp.change_plans.reference_labels import ReferenceLabel, effective_n, reference_labels
from webapp.change_plans.subgroups import SUBGROUPS, subgroups_of
from webapp.change_plans.told_rows import withheld_of
from webapp.predictions.bundle_store import findings_in_service


@dataclass(frozen=True)
class FindingFigures:
    """title: of the finding, as the model in service calls it. effective: Kish's n of the weights of each class."""

    title: str
    positives: int
    negatives: int
    effective_positives: float
    effective_negatives: float


@dataclass(frozen=True)
class SetFigures:
    """Of images that are told to the person. withheld: of how many more nothing is; while there are any, findings and by are empty.
    by: title of a subgroup -> value -> images with and without the first finding. origins: label -> labels."""

    images: int
    withheld: int
    findings: list[FindingFigures]
    by: list[tuple[str, list[tuple[str, int, int]]]]
    origins: list[tuple[str, int]]
    sampling: str


def set_figures(made: ReferenceSet, person: Person) -> SetFigures:
    """What the person may know of it. No figure of a class beside a hidden image: who knows the totals subtracts."""
    labels, withheld = reference_labels(made, person), withheld_of(made, person)
    keys, titles = [] if withheld else made.rule["findings"], findings_in_service(made.project)
    first = [one for one in labels if one.finding == made.rule["findings"][0]]
    origins = Counter(LabelOrigin(one.kind).label for one in labels)
    return SetFigures(
        images=len({one.image.pk for one in labels}),
        withheld=withheld,
        findings=[_of_finding(titles.get(key, key), [one for one in labels if one.finding == key]) for key in keys],
        by=[] if withheld else _by_subgroup(first),
        origins=sorted((str(label), count) for label, count in origins.items()),
        sampling="" if withheld else _sampling(first),
    )


def _of_finding(title: str, labels: list[ReferenceLabel]) -> FindingFigures:
    weights = {value: [one.weight for one in labels if one.label == value] for value in (1, 0)}
    return FindingFigures(
        title, len(weights[1]), len(weights[0]), round(effective_n(weights[1]), 1), round(effective_n(weights[0]), 1)
    )


def _by_subgroup(first: Iterable[ReferenceLabel]) -> list[tuple[str, list[tuple[str, int, int]]]]:
    counts: dict[str, Counter[tuple[str, int]]] = {key: Counter() for key in SUBGROUPS}
    for one in first:
        for key, value in subgroups_of(one.image).items():
            counts[key][value, one.label] += 1
    return [
        (SUBGROUPS[key].title, [(value, own[value, 1], own[value, 0]) for value in sorted({value for value, _ in own})])
        for key, own in counts.items()
    ]


def _sampling(first: list[ReferenceLabel]) -> str:
    """What figures of the set are, as one sentence."""
    unknown = sum(not one.is_rate for one in first)
    if unknown:
        return (
            f"Of {unknown} of {len(first)} images nobody knows with which chance they were chosen from those that come: figures are"
            " of this set, and no rates."
        )
    weights = {round(one.weight, 9) for one in first}
    if len(weights) > 1:
        return "Enriched: its figures are no rates without the weights, which are stored for each image."
    return "Every image had the same chance to come in: the set is not enriched."
