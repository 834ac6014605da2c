"""A rule that would fire at once is named with its reading to who proposes the plan and to who approves it, and must be ticked."""

from typing import Any

import pytest
from django.test import Client

from tests.webapp.change_plans.conftest import ada, in_service, project, second  # noqa: F401  fixtures
from tests.webapp.viewer.case_factory import make_image, make_result
from webapp.accounts.models import User
from webapp.archive.models import Project
from webapp.change_plans.default_body import default_body
from webapp.change_plans.propose_plan import decide_plan, propose_plan
from webapp.refused import Refused
from webapp.stop_rules.turn import look_at_rules

pytestmark = pytest.mark.django_db
SAYS = r"S2 would fire at once: Refused images is 1 \(share of the images, n 4\); the limit is 0.2"


def body_of(project: Project) -> dict[str, Any]:  # noqa: F811
    """The second rule fires on what the project has seen."""
    for _ in range(4):
        make_result(make_image(), None, "refused", bundle_id=project.active_bundle)
    quiet = {"signal": "silence", "limit": 30, "least_n": 1, "action": "tell"}
    own = {"signal": "refusal_rate", "limit": 0.2, "least_n": 4, "action": "hide"}
    return default_body(project) | {"stop_rules": [quiet, own]}


def test_an_unticked_rule_is_refused_at_proposal_and_at_approval(
    ada: User,  # noqa: F811
    second: User,  # noqa: F811
    project: Project,  # noqa: F811
    client: Client,
) -> None:
    body = body_of(project)
    with pytest.raises(Refused, match=SAYS):
        propose_plan(ada, project, body, "strict")
    with pytest.raises(Refused, match=SAYS):
        propose_plan(ada, project, body, "strict", ["S1"])
    plan = propose_plan(ada, project, body, "strict", ["S2"])
    with pytest.raises(Refused, match=SAYS):
        decide_plan(second, plan, "approved")
    client.force_login(second)
    page = client.get(f"/models/plans/{project.slug}/1/").content.decode()
    assert 'name="fires_now" value="S2" required' in page
    assert 'value="S1" required' not in page
    client.post(f"/models/plans/{project.slug}/1/decide/", {"outcome": "approved", "fires_now": "S2"})
    assert [one.code for one in look_at_rules()] == ["S2"]


def test_it_may_be_declined_without_a_tick(
    ada: User,  # noqa: F811
    second: User,  # noqa: F811
    project: Project,  # noqa: F811
) -> None:
    plan = propose_plan(ada, project, body_of(project), "strict", ["S2"])
    assert decide_plan(second, plan, "declined").outcome == "declined"
