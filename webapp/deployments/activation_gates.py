"""What must hold before a bundle goes into service in a project, as rooms above know it. Each registers in its AppConfig.ready."""

from collections.abc import Callable, Iterable

from webapp.accounts.models import User
from webapp.archive.models import Project
from webapp.deployments.models import DeployedBundle

# Asked under the lock of the service, once for each project; user: None for the command line. Why not, as one sentence for the
# person who asked; None: nothing against it. A roll back is not asked: what comes back was in service before.
ActivationGate = Callable[[DeployedBundle, Project, User | None], str | None]
activation_gates: list[ActivationGate] = []


def refusals(bundle: DeployedBundle, projects: Iterable[Project], user: User | None) -> list[tuple[Project, str]]:
    """Each project that a gate speaks against, with the sentences of its gates."""
    told = ((project, [gate(bundle, project, user) for gate in activation_gates]) for project in projects)
    return [(project, " ".join(filter(None, sentences))) for project, sentences in told if any(sentences)]
