"""Freeze what the models said of every case, before the study opens."""

from dataclasses import dataclass

from reader_study.models import AiMap, AiOutput, Case, Study
from webapp.accounts.models import User
from webapp.reveal.shown_output import ShownOutput, newest_result, shown_output


@dataclass(frozen=True)
class Missing:
    """A case that a bundle has no finished result for."""

    case: str
    bundle_id: str


def missing_outputs(study: Study, bundles: list[str]) -> list[Missing]:
    """Cases without a succeeded result of a bundle that an arm pins."""
    cases = list(study.cases.filter(voided_at=None).select_related("image"))
    return [
        Missing(case.code, bundle) for bundle in bundles for case in cases if newest_result(case.image, bundle) is None
    ]


def freeze_ai(study: Study, bundles: list[str], user: User) -> int:
    """Copies payload and maps of every case and bundle into the study; how many. Call inside the opening's transaction."""
    frozen = 0
    for bundle in bundles:
        for case in study.cases.filter(voided_at=None).select_related("image"):
            result = newest_result(case.image, bundle)
            if result is not None and not case.ai_outputs.filter(bundle_id=bundle).exists():
                _freeze(case, shown_output(result), user)
                frozen += 1
    return frozen


def _freeze(case: Case, shown: ShownOutput, user: User) -> None:
    output = AiOutput.objects.create(
        case=case,
        bundle_id=shown.bundle_id,
        payload=shown.payload,
        payload_sha256=shown.payload_sha256,
        state=AiOutput.State.ABSTAINED if shown.reason else AiOutput.State.OK,
        reason=shown.reason[:500],
        created_by=user,
    )
    for one in shown.maps:
        AiMap.objects.create(
            output=output,
            kind=one.kind,
            shape=list(one.shape),
            content=one.content,
            sha256=one.sha256,
            created_by=user,
        )
