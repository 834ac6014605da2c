"""Who proposes does not approve; what was withdrawn, decided, or is of another model or point is not approved; all is kept."""

import re
import threading
from collections.abc import Callable
from contextlib import suppress

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.webapp.operating_points.conftest import KEY, Measured
from tests.webapp.viewer.case_factory import make_user
from training.calibration.operating_point import roc_points
from webapp.accounts.models import User
from webapp.archive.models import Project
from webapp.audit.models import AccessEvent
from webapp.operating_points import pages
from webapp.operating_points.models import PointDecision, PointProposal
from webapp.operating_points.proposals import ProposalRefused, approved_point, decide, propose
from webapp.predictions.models import Prediction
from webapp.reviews.models.kept_row import AppendOnlyViolation

pytestmark = pytest.mark.django_db
PAGE, PROPOSALS = "/operating-points/", "/operating-points/default/proposals/"


@pytest.fixture
def proposer(db: None) -> User:
    return make_user("mona", "manager")


@pytest.fixture
def second(db: None) -> User:
    return make_user("omar", "manager")


@pytest.fixture
def proposal(result: Prediction, proposer: User) -> PointProposal:
    return propose(proposer, Project.default(), KEY, "0.2", "misses weigh more here")


def in_force(finding: str = KEY) -> PointProposal | None:
    project = Project.default()
    return approved_point(project, project.active_bundle, finding)


def test_a_proposal_is_a_measured_point_with_reason_and_version(
    proposal: PointProposal, proposer: User, measured: Measured
) -> None:
    p, y = measured.scores, measured.labels
    assert proposal.sensitivity["value"] == pytest.approx((p[y == 1] >= proposal.threshold).mean(), abs=1e-9)
    assert proposal.specificity["value"] == pytest.approx((p[y == 0] < proposal.threshold).mean(), abs=1e-9)
    assert (proposal.version, proposal.replaces, proposal.created_by) == (1, 0, proposer)
    assert proposal.threshold_before == measured.point["threshold"]
    event = AccessEvent.objects.get(verb="operating_point.propose")
    assert (event.actor, event.details["reason"]) == (proposer, "misses weigh more here")
    assert in_force() is None
    with pytest.raises(AppendOnlyViolation):
        proposal.save()


def test_a_second_person_approves(proposal: PointProposal, second: User) -> None:
    decide(second, proposal, "approved", "agreed in the meeting")
    assert in_force() == proposal
    event = AccessEvent.objects.get(verb="operating_point.approved")
    assert (event.actor, event.details["version"]) == (second, 1)


@pytest.mark.parametrize("role", ["manager", "admin"])
def test_who_proposed_never_approves_whatever_the_role_by_then(
    role: str, proposal: PointProposal, proposer: User
) -> None:
    proposer.role = role
    proposer.save()
    for outcome in ("approved", "declined"):
        with pytest.raises(ProposalRefused, match="You proposed this point yourself") as refused:
            decide(proposer, proposal, outcome)
        assert refused.value.http == 403
    assert not PointDecision.objects.exists()


def test_a_radiologist_neither_proposes_nor_decides(proposal: PointProposal) -> None:
    reader = make_user("rose")
    for work in (
        lambda: propose(reader, Project.default(), KEY, "0.3", "x"),
        lambda: decide(reader, proposal, "approved"),
        lambda: decide(reader, proposal, "withdrawn"),
    ):
        with pytest.raises(ProposalRefused) as refused:
            work()
        assert refused.value.http == 403


def test_a_withdrawn_or_declined_proposal_is_never_approved(
    proposal: PointProposal, proposer: User, second: User
) -> None:
    with pytest.raises(ProposalRefused, match="Only who proposed"):
        decide(second, proposal, "withdrawn")
    decide(proposer, proposal, "withdrawn")
    with pytest.raises(ProposalRefused, match="Version 1 was withdrawn by mona already"):
        decide(second, proposal, "approved")
    other = propose(proposer, Project.default(), KEY, "0.2", "again")
    decide(second, other, "declined")
    with pytest.raises(ProposalRefused, match="Version 2 was declined by omar already"):
        decide(second, other, "approved")
    assert in_force() is None


def test_a_proposal_of_before_a_change_of_model_is_not_approved(
    proposal: PointProposal, proposer: User, second: User, measured: Measured, in_service: Callable[..., str]
) -> None:
    first = proposal.bundle_id
    in_service("2.0.0", roc=roc_points(measured.scores, measured.labels), operating_point=measured.point)
    with pytest.raises(ProposalRefused, match="for another model than the one in service"):
        decide(second, proposal, "approved")
    Project.objects.update(active_bundle=first)
    decide(second, proposal, "approved")
    Project.objects.update(active_bundle="0" * 64)
    assert in_force() is None, "an approved point holds for its own model alone"


def test_of_two_proposals_beside_the_same_point_only_one_is_approved(
    proposal: PointProposal, proposer: User, second: User
) -> None:
    other = propose(second, Project.default(), KEY, "0.6", "fewer flags")
    decide(second, proposal, "approved")
    with pytest.raises(ProposalRefused, match="Another point was approved since version 2"):
        decide(proposer, other, "approved")
    anew = propose(second, Project.default(), KEY, "0.6", "fewer flags")
    assert (anew.replaces, anew.threshold_before) == (1, proposal.threshold)
    decide(proposer, anew, "approved")
    assert in_force() == anew
    back = propose(proposer, Project.default(), KEY, "own", "back to what was measured for it")
    decide(second, back, "approved")
    assert in_force() == back
    assert back.threshold == proposal.threshold_before


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"finding": "nodule"}, "finding 'nodule' is not one of lung_opacity"),
        ({"threshold": "1.5"}, "threshold '1.5' is neither a number from 0 to 1 nor 'own'"),
        ({"threshold": "nan"}, "threshold 'nan' is neither"),
        ({"threshold": "high"}, "threshold 'high' is neither"),
        ({"threshold": "own"}, "has its point at .* already"),
        ({"threshold": "0"}, "at threshold 0 the measured point flags everything"),
        ({"threshold": "0.99999"}, "flags nothing that has the finding"),
        ({"reason": "  "}, "give a reason of 1 to 500 characters; this one has 0"),
        ({"reason": "x" * 501}, "this one has 501"),
        ({"finding": "cardiomegaly"}, "of other cases than its operating point"),
    ],
)
def test_what_cannot_be_proposed_is_named(
    change: dict[str, str], words: str, result: Prediction, proposer: User
) -> None:
    with pytest.raises(ProposalRefused, match=words):
        propose(proposer, Project.default(), **{"finding": KEY, "threshold": "0.2", "reason": "why"} | change)
    assert not PointProposal.objects.exists()


def test_an_unknown_outcome_is_named(proposal: PointProposal, second: User) -> None:
    with pytest.raises(ProposalRefused, match="outcome 'perhaps' is not one of approved, declined, withdrawn"):
        decide(second, proposal, "perhaps")


def test_the_page_offers_each_person_what_that_person_may(result: Prediction, signed_in: Callable[..., Client]) -> None:
    mona, omar, rose = signed_in("manager", "mona"), signed_in("admin", "omar"), signed_in("radiologist", "rose")
    form = {"finding": KEY, "threshold": "0.2", "reason": "misses weigh more here"}
    mona.post(PROPOSALS, form)
    texts = {
        name: client.get(PAGE).content.decode() for name, client in (("mona", mona), ("omar", omar), ("rose", rose))
    }
    assert {name: ("approve-1" in text, "withdraw-1" in text) for name, text in texts.items()} == {
        "mona": (False, True), "omar": (True, False), "rose": (False, False),
    }  # fmt: skip
    assert all("misses weigh more here" in text for text in texts.values())
    assert all("Flagged means a number at or above the threshold" in text for text in texts.values())
    assert (
        "You proposed this point yourself"
        in mona.post(f"{PROPOSALS}1/", {"outcome": "approved"}, follow=True).content.decode()
    )
    assert rose.post(f"{PROPOSALS}1/", {"outcome": "approved"}, follow=True).status_code == 200
    assert in_force() is None
    assert "Version 1 is approved" in omar.post(f"{PROPOSALS}1/", {"outcome": "approved"}, follow=True).content.decode()
    assert in_force() is not None
    assert "approved by omar" in rose.get(PAGE).content.decode()
    assert re.search(r"sensitivity (&gt;|1)?\.\d\d \(\.\d\d to (&gt;|1)?\.\d\d, n 23\)", texts["omar"])
    assert omar.post(f"{PROPOSALS}7/", {"outcome": "approved"}).status_code == 404


def test_the_page_costs_the_same_however_many_were_decided_and_names_how_many_there_are(
    result: Prediction, proposer: User, second: User, signed_in: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "DECIDED_SHOWN", 3)
    rose = signed_in("radiologist", "rose")

    def queries(proposals: int) -> int:
        for _ in range(proposals):
            decide(second, propose(proposer, Project.default(), KEY, "0.2", "again"), "declined")
        with CaptureQueriesContext(connection) as asked:
            text = rose.get(PAGE).content.decode()
        found.append(text)
        return len(asked)

    found: list[str] = []
    assert queries(1) == queries(4)
    assert "Decided: 1<" in found[0]
    assert "Decided: 5; the newest 3<" in found[1]
    assert [f"Version {k}," in found[1] for k in (1, 2, 3, 4, 5)] == [False, False, True, True, True]


def test_a_share_of_few_cases_says_so() -> None:
    said = [pages._measured({"value": 0.75, "ci": [0.4, 0.94], "n": n}) for n in (19, 20)]
    assert said == [".75 (.40 to .94, few: n 19)", ".75 (.40 to .94, n 20)"]


def decided_at_once(monkeypatch: pytest.MonkeyPatch, *steps: tuple[User, PointProposal, str]) -> None:
    """Each step by a thread of its own; who is about to write waits for the others, as long as no lock keeps them away."""
    meeting, create = threading.Barrier(len(steps)), PointDecision.objects.create
    failed: list[Exception] = []

    def create_together(**values: object) -> PointDecision:
        with suppress(threading.BrokenBarrierError):
            meeting.wait(timeout=1)
        return create(**values)

    def end(user: User, proposal: PointProposal, outcome: str) -> None:
        try:
            decide(user, PointProposal.objects.get(pk=proposal.pk), outcome)
        except ProposalRefused:
            pass
        except Exception as problem:
            failed.append(problem)
        finally:
            connection.close()

    monkeypatch.setattr(PointDecision.objects, "create", create_together)
    threads = [threading.Thread(target=end, args=step) for step in steps]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []


@pytest.mark.django_db(transaction=True)
def test_withdrawn_and_approved_at_once_ends_in_one_of_both(
    proposal: PointProposal, proposer: User, second: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    decided_at_once(monkeypatch, (proposer, proposal, "withdrawn"), (second, proposal, "approved"))
    assert PointDecision.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_proposals_beside_the_same_point_approved_at_once_one_is(
    proposal: PointProposal, proposer: User, second: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = propose(second, Project.default(), KEY, "0.6", "fewer flags")
    assert other.replaces == proposal.replaces
    decided_at_once(monkeypatch, (second, proposal, "approved"), (proposer, other, "approved"))
    assert PointDecision.objects.count() == 1
