"""The registry as the desk lists it: what each bundle is for, who answers for it, on what it rests, where it is in service."""

from collections.abc import Iterable
from dataclasses import dataclass

from webapp.deployments.bundle_state import BundleState, states_of
from webapp.deployments.card_blocks import card_blocks
from webapp.deployments.manifest_rows import chosen_on, finding_rows, measured_on
from webapp.deployments.models import BundleOwner, DeployedBundle
from webapp.deployments.owners import owners_of

PURPOSE_HEADINGS = ("intended use", "purpose")


@dataclass(frozen=True)
class RegistryRow:
    """purpose, chosen, measured: as card and manifest of the bundle say; empty where they do not."""

    bundle: DeployedBundle
    state: BundleState
    owner: BundleOwner | None
    purpose: str
    findings: str
    chosen: str
    measured: str


def registry_rows(bundles: Iterable[DeployedBundle]) -> list[RegistryRow]:
    """In the given order."""
    bundles = list(bundles)
    states, owners = states_of(bundles), owners_of(bundles)
    return [
        RegistryRow(
            bundle=bundle,
            state=states[bundle.pk],
            owner=owners.get(bundle.pk),
            purpose=purpose_of(bundle.card),
            findings=", ".join(row.title for row in finding_rows(bundle.manifest)),
            chosen=chosen_on(bundle.manifest),
            measured=measured_on(bundle.manifest),
        )
        for bundle in bundles
    ]


def purpose_of(card: str) -> str:
    """The first paragraph below the card's heading Intended use, or Purpose; "" without one."""
    is_below = False
    for block in card_blocks(card):
        if block.kind == "heading":
            is_below = block.text.strip().lower() in PURPOSE_HEADINGS
        elif is_below and block.kind == "paragraph":
            return block.text
    return ""
