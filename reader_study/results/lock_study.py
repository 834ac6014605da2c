"""Lock a study: one person asks, a second confirms; then the ledger is filled and the plan is run."""

from django.db import transaction

from reader_study import clock, policy
from reader_study.analysis import VERSION
from reader_study.chain import append_lock, chain_faults
from reader_study.models import Amendment, Case, Lock, Reading, ResultSet, Study, SwitchEvent
from reader_study.protocol_body import Problem, problems
from reader_study.refusal import StudyRefused, require
from reader_study.results.compute_results import compute_results, results_input_sha256
from reader_study.services.code_failures import discordant_items
from reader_study.services.freeze_truth import newest_truths
from reader_study.services.own_assignment import study_body
from webapp import audit
from webapp.accounts.models import User
from webapp.reveal.canonical_json import sha256_of

Verdict = SwitchEvent.Verdict


def lock_problems(study: Study) -> list[Problem]:
    """What keeps the study from being locked."""
    found = []
    begun = Reading.objects.filter(
        assignment__reader__study=study,
        assignment__case__voided_at=None,
        assignment__case__role=Case.Role.SCORED,
        state__in=(Reading.State.PENDING, Reading.State.DRAFTING),
    ).exclude(assignment__session__state__in=("expired", "aborted"))
    if count := begun.count():
        found.append(Problem("readings_open", "readings", f"{count} readings are neither locked, void nor expired"))
    if study.kind == Study.Kind.READING:
        found += _truth_problems(study)
        found += [one for one in problems(study_body(study), study.kind) if one.field.startswith("statistics")]
    elif discordant := discordant_items(study):
        found.append(Problem("discordant", "failures", f"{len(discordant)} failures wait for the chair's decision"))
    if faults := chain_faults(study):
        found.append(Problem("chain", "locks", f"the hash chain is broken: {faults[0]}"))
    return found


def lock_study(user: User, study: Study) -> Study:
    """The first call notes the request, that of a second person locks. Raises StudyRefused with all problems."""
    with transaction.atomic():
        study = Study.objects.select_for_update().get(pk=study.pk)
        is_second = study.lock_requested_by_id not in (None, user.pk)
        require(policy.may_confirm_lock(user, study) if is_second else policy.may_request_lock(user, study))
        if found := lock_problems(study):
            raise StudyRefused("not_ready", found[0].text, found[0].field, problems=[one.document() for one in found])
        now = clock.now()
        if not is_second:
            study.lock_requested_by, study.lock_requested_at = user, now
            study.save(update_fields=["lock_requested_by", "lock_requested_at"])
            audit.record(user, "study.request_lock", f"study:{study.pk}", purpose="reader study")
            return study
        study.state, study.locked_at = Study.State.LOCKED, now
        study.save(update_fields=["state", "locked_at"])
        fill_ledger(study)
        results = store_results(study, user)
        append_lock(study, Lock.Kind.STUDY, study.pk, results.sha256, user, now)
        audit.record(user, "study.lock", f"study:{study.pk}", purpose="reader study", results=results.sha256)
    return study


def fill_ledger(study: Study) -> None:
    """Verdict of every switch, with truth: helped, misled, kept_right, kept_wrong or no_truth."""
    truths = {key: truth.status for key, truth in newest_truths(study).items()}
    for event in SwitchEvent.objects.filter(reading__assignment__reader__study=study).select_related(
        "finding", "reading__assignment__case"
    ):
        status = truths.get((event.reading.assignment.case.code, event.finding.code), "")
        event.verdict = verdict_of(event.before_call, event.after_call, status)
        event.ai_right = ai_is_right(event.ai_call, status)
        event.save(update_fields=["verdict", "ai_right"])


def ai_is_right(ai_call: bool | None, truth: str) -> bool | None:
    """Whether the model's call is that of the truth; None where truth is neither 0 nor 1 or the model gave no call."""
    return None if truth not in ("0", "1") or ai_call is None else ai_call == (truth == "1")


def verdict_of(before: bool | None, after: bool | None, truth: str) -> str:
    """helped: wrong call -> right; misled: right -> wrong; kept_right, kept_wrong; no_truth where truth or a call is missing."""
    if truth not in ("0", "1") or before is None or after is None:
        return Verdict.NO_TRUTH
    was, now = before == (truth == "1"), after == (truth == "1")
    return {
        (False, True): Verdict.HELPED,
        (True, False): Verdict.MISLED,
        (True, True): Verdict.KEPT_RIGHT,
        (False, False): Verdict.KEPT_WRONG,
    }[was, now]


def store_results(study: Study, user: User, amendment: Amendment | None = None) -> ResultSet:
    """Computes and keeps the next result set; those before stay."""
    document = compute_results(study)
    results = ResultSet(
        study=study,
        number=study.result_sets.count() + 1,
        amendment=amendment,
        document=document,
        input_sha256=results_input_sha256(study),
        code_version=VERSION,
        sha256=sha256_of(document),
        created_by=user,
    )
    results.save()
    return results


def _truth_problems(study: Study) -> list[Problem]:
    """One frozen version per scored case and finding."""
    newest = newest_truths(study)
    codes = [row["code"] for row in study_body(study)["findings"]]
    open_ones = sorted(
        {
            case.code
            for case in study.cases.filter(voided_at=None, role=Case.Role.SCORED)
            for code in codes
            if (truth := newest.get((case.code, code))) is None or truth.state != truth.State.FROZEN
        }
    )
    if not open_ones:
        return []
    return [
        Problem(
            "truth_open", "truth", f"{len(open_ones)} cases have truth that is not frozen: {', '.join(open_ones[:5])}"
        )
    ]
