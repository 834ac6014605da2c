"""Which images are under embargo for a person: the rule of one image from the set of all, and the condition for lists, whose
sort, filters and counts must not tell what a page hides (architecture.md section 1). The rules are those of `accounts.policy`;
whose they are is not known here.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from django.db.models import Q, QuerySet

from webapp.accounts import policy
from webapp.archive.models import Image

Rows = TypeVar("Rows", bound=QuerySet[Any])


def under_embargo(
    user: policy.Person,
    path: str = "",
    besides: policy.Embargo | None = None,
    *,
    looks_only: bool = False,
    labels_only: bool = False,
) -> Q | None:
    """Rows whose image is hidden from `user`; `path` leads from the row to its image. None when no rule hides any. besides: a
    rule that is not asked. looks_only: only the rules to which a look at the picture matters, not those that hide the model alone.
    labels_only: only those that keep back what people said, not those that withhold the model's answer from everybody.

    A rule with a set becomes part of the query; one without is asked about every image.
    """
    if not policy.EMBARGOES:
        return None
    lookup = f"{path}__in" if path else "pk__in"
    found = Q(pk__in=[])
    for embargo in policy.EMBARGOES:
        if embargo is besides or (looks_only and not policy.counts_looks(embargo)):
            continue
        if labels_only and not policy.hides_labels(embargo):
            continue
        if isinstance(embargo, policy.EmbargoBySet):
            found |= Q(**{lookup: embargo.hidden(user)})
        else:
            found |= Q(**{lookup: [image.pk for image in Image.objects.iterator() if embargo(user, image)]})
    return found


def not_under_embargo(
    rows: Rows, user: policy.Person, path: str = "", *, looks_only: bool = False, labels_only: bool = False
) -> Rows:
    """The rows whose image is not hidden from `user`, by every rule that is registered; the rest as above."""
    hidden = under_embargo(user, path, looks_only=looks_only, labels_only=labels_only)
    return rows if hidden is None else rows.exclude(hidden)


def hides_looks(user: policy.Person) -> bool:
    """Whether a rule to which a look matters hides any image at all from `user`."""
    hidden = under_embargo(user, looks_only=True)
    return hidden is not None and Image.objects.filter(hidden).exists()


def reasons(user: policy.Person, images: Mapping[Any, Image]) -> dict[Any, policy.Refusal]:
    """Why each of these images is hidden from `user`, by its key; images that are not are left out. One question per rule, and
    one per project for the sentence, however many images there are: a set has one sentence for all that it hides of a project."""
    found: dict[Any, policy.Refusal] = {}
    for embargo in policy.EMBARGOES:
        if not isinstance(embargo, policy.EmbargoBySet):
            told = {key: refusal for key, image in images.items() if (refusal := embargo(user, image))}
        else:
            rows = Image.objects.filter(pk__in=list(images)).filter(pk__in=embargo.hidden(user))
            project_of = dict(rows.values_list("pk", "project"))
            one_of = {project: key for key, project in project_of.items()}
            by_project = {project: embargo(user, images[key]) for project, key in one_of.items()}
            said = {key: by_project[project] for key, project in project_of.items()}
            told = {key: refusal for key, refusal in said.items() if refusal}
        found = {**told, **found}
    return found


def embargo_by_set(
    hidden: Callable[[policy.Person], Any], refusal: policy.Refusal, is_look_counted: bool = True
) -> policy.EmbargoBySet:
    """An embargo to register with `accounts.policy`. The rule of one image asks the set, so that a page and a list never differ.

    hidden: ids of the images that are hidden from a person, as a queryset of one column or a collection; empty where none
    is. refusal: what the person is told. A set of images that the person has yet to answer makes every page and list
    keep answer and model in order (`webapp.reveal.answer_first`). is_look_counted: of `policy.EmbargoBySet`.
    """

    def rule(user: policy.Person, image: Any) -> policy.Refusal | None:
        if image is None:
            return None
        return refusal if Image.objects.filter(pk=image.pk).filter(pk__in=hidden(user)).exists() else None

    return policy.EmbargoBySet(rule, hidden, is_look_counted)
