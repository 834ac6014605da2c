"""Who may do what: one row per verb, one column per role."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied

from webapp.accounts import policy
from webapp.accounts.models import User
from webapp.accounts.policy import Refusal

IMAGE = SimpleNamespace(pk=1)
PROPOSAL = SimpleNamespace(created_by_id=-1)  # of somebody else
UPLOAD = SimpleNamespace(user_id=-1)  # of somebody else
VERBS: dict[str, tuple[Callable[[Any], Refusal | None], set[str]]] = {
    "upload": (policy.may_upload, {"radiologist", "manager", "admin"}),
    "see image": (lambda user: policy.may_see_image(user, IMAGE), {"radiologist", "manager", "admin"}),
    "see predictions": (lambda user: policy.may_see_predictions(user, IMAGE), {"radiologist", "manager", "admin"}),
    "review": (lambda user: policy.may_review(user, IMAGE), {"radiologist", "manager", "admin"}),
    "see another's upload": (lambda user: policy.may_see_upload(user, UPLOAD), {"manager", "admin"}),
    "edit the failure scheme": (policy.may_edit_failure_scheme, {"manager", "admin"}),
    "state the case mix": (policy.may_state_case_mix, {"manager", "admin"}),
    "propose a point": (policy.may_propose_point, {"manager", "admin"}),
    "approve a point": (lambda user: policy.may_approve_point(user, PROPOSAL), {"manager", "admin"}),
    "enter later truth": (lambda user: policy.may_enter_later_truth(user, IMAGE), {"manager", "admin"}),
    "manage bundles": (policy.may_manage_bundles, {"admin"}),
    "manage people": (policy.may_manage_people, {"admin"}),
}


@pytest.mark.parametrize("verb", VERBS)
def test_each_verb_is_allowed_to_its_roles(verb: str, person: Callable[..., User]) -> None:
    may, allowed = VERBS[verb]

    assert {role for role in User.Role.values if may(person(role)) is None} == allowed
    assert may(AnonymousUser()) == policy.NOT_SIGNED_IN
    assert may(User(username="gone", role="admin", is_active=False)) == policy.NOT_SIGNED_IN


def test_an_embargo_hides_predictions_and_reviews_but_not_the_image(
    person: Callable[..., User], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(policy, "EMBARGOES", [])
    blinded = Refusal("blinded", "You read this image without AI.")
    policy.register_embargo(lambda user, image: blinded if image is IMAGE else None)
    reader = person()

    assert policy.may_see_image(reader, IMAGE) is None
    assert policy.may_see_predictions(reader, IMAGE) == policy.may_review(reader, IMAGE) == blinded
    assert policy.may_see_predictions(reader, SimpleNamespace(pk=2)) is None


def test_a_required_refusal_is_raised_with_its_sentence() -> None:
    policy.require(None)
    with pytest.raises(PermissionDenied, match="Only an admin may do this"):
        policy.require(policy.NOT_ADMIN)
