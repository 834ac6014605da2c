"""Who may do what: one function per verb, `may_<verb>(user, object) -> Refusal or None`.

A refusal is data: a code for programs and a sentence for people. Views turn it into a 403 with `require`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied

from webapp.accounts.models import User

Person = User | AnonymousUser


@dataclass(frozen=True)
class Refusal:
    """Why something is not allowed: code for programs, text for people."""

    code: str
    text: str


NOT_SIGNED_IN = Refusal("not_signed_in", "Sign in first.")
NOT_UPLOADER = Refusal(
    "not_uploader", "Only the person who uploaded these files, a manager or an admin may see the report."
)
NOT_OPERATOR = Refusal("not_operator", "Only a manager or an admin may see and change how the work goes on.")
NOT_EXPORTER = Refusal("not_exporter", "Only a manager or an admin may take a training set out of this site.")
NOT_SCHEME_EDITOR = Refusal("wrong_role", "Only a manager of the site may change the failure scheme.")
NOT_CASE_MIX_EDITOR = Refusal("wrong_role", "Only a manager or an admin may state the case mix of a project.")
NOT_POINT_EDITOR = Refusal("wrong_role", "Only a manager or an admin may propose or approve an operating point.")
NOT_TRUTH_EDITOR = Refusal("wrong_role", "Only a manager or an admin may enter or take back what was found later.")
OWN_PROPOSAL = Refusal("own_proposal", "You proposed this point yourself: a second person approves or declines it.")
NOT_PLANNER = Refusal("wrong_role", "Only a manager or an admin may see change plans and reference sets.")
NOT_PLAN_AUTHOR = Refusal("not_admin", "Only an admin may propose a change plan or a reference set.")
NOT_REHEARSAL_VIEWER = Refusal("wrong_role", "Only a manager or an admin may see rehearsals of models.")
NOT_WATCHER = Refusal("wrong_role", "Only a manager or an admin may see how models are watched.")
NOT_REHEARSAL_ASKER = Refusal("not_admin", "Only an admin may ask for a rehearsal.")
NOT_SILENT_TRIAL_VIEWER = Refusal("wrong_role", "Only a manager or an admin may see silent trials of models.")
NOT_SILENT_TRIAL_STARTER = Refusal("not_admin", "Only an admin may start or end a silent trial.")
OWN_PLAN = Refusal("own_proposal", "You proposed this yourself: a second person decides it.")
NOT_ADMIN = Refusal("not_admin", "Only an admin may do this.")
NOT_RETRAINER = Refusal("not_admin", "Only an admin may retrain a model; a manager may look on.")

Embargo = Callable[[Person, Any], Refusal | None]


@dataclass(frozen=True)
class EmbargoBySet:
    """A rule that can also name everything it hides, so that lists leave it out in the database.

    rule: of one image. hidden: ids of the images it hides from a person, as a queryset of one column or a collection; both must
    say the same. A rule without a set works too, but then lists ask it about every image. is_look_counted: having the pixels
    before the case is opened would matter, as to a washout; it does not where only the model waits. is_label_hidden: whether what
    people said of the image is kept back from training sets, reference sets and rehearsals too; not where only the model is hidden.
    """

    rule: Embargo
    hidden: Callable[[Person], Any]
    is_look_counted: bool = True
    is_label_hidden: bool = True

    def __call__(self, user: Person, image: Any) -> Refusal | None:
        return self.rule(user, image)


# Reader studies hide images, AI output and others' answers from their readers: each registers its rule here.
EMBARGOES: list[Embargo] = []


def register_embargo(embargo: Embargo) -> Embargo:
    """Adds a rule that may hide an image's AI output and reviews from a person; usable as a decorator."""
    if embargo not in EMBARGOES:
        EMBARGOES.append(embargo)
    return embargo


@dataclass(frozen=True)
class Absence:
    """Images that are not there at all for a person: in no list, search or count, and 404 at their addresses.

    applies: one cheap question, asked first; nobody else pays for the set. images: their ids, as a queryset of one column.
    """

    applies: Callable[[User], bool]
    images: Callable[[User], Any]


# Reader studies take their images away from who still reads them: each registers its rule here.
ABSENCES: list[Absence] = []


def absent_sets(user: Person) -> list[Any]:
    """Sets of ids of images that are not there for the person; lists ask `webapp.archive.present_images`."""
    if not isinstance(user, User):
        return []
    return [absence.images(user) for absence in ABSENCES if absence.applies(user)]


def may_upload(user: Person) -> Refusal | None:
    return _signed_in(user)


def may_see_upload(user: Person, upload: Any) -> Refusal | None:
    """The report of an upload names files as the sender named them, so it is kept for the uploader and managers."""
    refusal = _signed_in(user)
    if refusal or upload.user_id == user.pk:
        return refusal
    return None if _has_role(user, User.Role.MANAGER, User.Role.ADMIN) else NOT_UPLOADER


def may_see_image(user: Person, image: Any = None) -> Refusal | None:
    """Every signed-in person of the site sees every image of the project."""
    return _signed_in(user)


def may_see_predictions(user: Person, image: Any) -> Refusal | None:
    """AI output of an image: whoever sees the image, unless a reader study has it under embargo for this person."""
    return may_see_image(user, image) or _embargo(user, image)


def may_use_labels(user: Person, image: Any) -> Refusal | None:
    """What people said of an image, to train, to judge or to watch a model with: scores withheld from all hinder nobody."""
    return may_see_image(user, image) or _embargo(user, image, hides_labels)


def may_see_priors(user: Person, image: Any) -> Refusal | None:
    """Other images of the patient: they would tell more than the protocol of a study that has this one under embargo."""
    return may_see_image(user, image) or _counted_embargo(user, image)


def may_see_dicom_header(user: Person, image: Any) -> Refusal | None:
    """It names the patient and may say what was asked and found: not of an image of a study under way that the person reads in."""
    return may_see_image(user, image) or _counted_embargo(user, image)


def may_take_file(user: Person, image: Any) -> Refusal | None:
    """The stored file: sent in again under another name it would come back with the model's answer."""
    return may_see_image(user, image) or _counted_embargo(user, image)


def may_see_enhanced(user: Person, image: Any) -> Refusal | None:
    """A picture that was processed for the eye: of a study under way its protocol decides, at the study's own addresses."""
    return may_see_image(user, image) or _counted_embargo(user, image)


def may_review(user: Person, image: Any) -> Refusal | None:
    """Clinical review shows AI output and takes a verdict on it, so the same embargo holds."""
    return may_see_predictions(user, image)


def may_manage_bundles(user: Person) -> Refusal | None:
    """Adding, activating and rolling back decide what every reader is shown."""
    return _signed_in(user) or (None if _has_role(user, User.Role.ADMIN) else NOT_ADMIN)


def may_see_operations(user: Person) -> Refusal | None:
    """What waits, runs and failed, and trying it again: no patient is named there, but it is not every reader's affair."""
    return _signed_in(user) or (None if _has_role(user, User.Role.MANAGER, User.Role.ADMIN) else NOT_OPERATOR)


def may_retrain(user: Person) -> Refusal | None:
    """It takes hours of the machine and makes a candidate for every reader: admins."""
    return _signed_in(user) or (None if _has_role(user, User.Role.ADMIN) else NOT_RETRAINER)


def may_see_retrainings(user: Person) -> Refusal | None:
    """Counts of reviewed cases and the log of a training: managers and admins."""
    return _signed_in(user) or (None if _has_role(user, User.Role.MANAGER, User.Role.ADMIN) else NOT_RETRAINER)


def may_export_training_set(user: Person) -> Refusal | None:
    """De-identified copies of reviewed images leave the site, so this is not every reader's affair."""
    return _signed_in(user) or (None if _has_role(user, User.Role.MANAGER, User.Role.ADMIN) else NOT_EXPORTER)


def may_edit_failure_scheme(user: Person) -> Refusal | None:
    """Its codes are what every reader of the site is offered: managers and admins."""
    return _signed_in(user) or (None if _has_role(user, User.Role.MANAGER, User.Role.ADMIN) else NOT_SCHEME_EDITOR)


def may_state_case_mix(user: Person) -> Refusal | None:
    """Every reader's what-ifs are computed with it: managers and admins."""
    return _signed_in(user) or (None if _has_role(user, User.Role.MANAGER, User.Role.ADMIN) else NOT_CASE_MIX_EDITOR)


def may_propose_point(user: Person) -> Refusal | None:
    """An operating point decides what every reader is told: managers and admins propose."""
    return _signed_in(user) or (None if _has_role(user, User.Role.MANAGER, User.Role.ADMIN) else NOT_POINT_EDITOR)


def may_approve_point(user: Person, proposal: Any) -> Refusal | None:
    """A second person, whatever roles the first one has, or has got since."""
    return may_propose_point(user) or (OWN_PROPOSAL if proposal.created_by_id == user.pk else None)


def may_see_change_plans(user: Person) -> Refusal | None:
    """A reference set tells truths of images that others may still have to read: managers and admins."""
    return _signed_in(user) or (None if _has_role(user, User.Role.MANAGER, User.Role.ADMIN) else NOT_PLANNER)


def may_propose_change_plan(user: Person) -> Refusal | None:
    """The rules by which a model is replaced are an admin's to write, and so are the images that it is judged on."""
    return may_see_change_plans(user) or (None if _has_role(user, User.Role.ADMIN) else NOT_PLAN_AUTHOR)


def may_decide_change_plan(user: Person, proposal: Any) -> Refusal | None:
    """A second person, whatever roles the first one has, or has got since."""
    return may_see_change_plans(user) or (OWN_PLAN if proposal.created_by_id == user.pk else None)


def may_see_rehearsals(user: Person) -> Refusal | None:
    """They tell truths of reference images and what the models said of them: managers and admins."""
    return _signed_in(user) or (None if _has_role(user, User.Role.MANAGER, User.Role.ADMIN) else NOT_REHEARSAL_VIEWER)


def may_watch_models(user: Person) -> Refusal | None:
    """Figures tell what models said and what readers made of it: managers and admins."""
    return _signed_in(user) or (None if _has_role(user, User.Role.MANAGER, User.Role.ADMIN) else NOT_WATCHER)


def may_ask_rehearsal(user: Person) -> Refusal | None:
    """Each one is a look at the reference set, and looks are counted."""
    return may_see_rehearsals(user) or (None if _has_role(user, User.Role.ADMIN) else NOT_REHEARSAL_ASKER)


def may_see_silent_trials(user: Person) -> Refusal | None:
    """Whoever decides about models; nobody else learns what a candidate says before it serves."""
    return _signed_in(user) or (
        None if _has_role(user, User.Role.MANAGER, User.Role.ADMIN) else NOT_SILENT_TRIAL_VIEWER
    )


def may_start_silent_trial(user: Person) -> Refusal | None:
    """It takes the machine's time with every new image; who starts one may end it."""
    return may_see_silent_trials(user) or (None if _has_role(user, User.Role.ADMIN) else NOT_SILENT_TRIAL_STARTER)


def may_enter_later_truth(user: Person, image: Any) -> Refusal | None:
    """It becomes a label and goes back to the readers: managers and admins, and nobody to whom the case is hidden."""
    refusal = _signed_in(user) or (None if _has_role(user, User.Role.MANAGER, User.Role.ADMIN) else NOT_TRUTH_EDITOR)
    return refusal or may_use_labels(user, image)


def may_export_later_truth(user: Person) -> bool:
    """Whether the export holds every statement, as the training set does: others get those that are open to them."""
    return _has_role(user, User.Role.MANAGER, User.Role.ADMIN)


def may_manage_people(user: Person) -> Refusal | None:
    return _signed_in(user) or (None if _has_role(user, User.Role.ADMIN) else NOT_ADMIN)


def require(refusal: Refusal | None) -> None:
    """Raises PermissionDenied with the refusal's sentence; Django and the REST framework both answer 403."""
    if refusal is not None:
        raise PermissionDenied(refusal.text)


def require_person(user: Person) -> User:
    """The signed-in person; raises PermissionDenied for anybody else."""
    require(_signed_in(user))
    if not isinstance(user, User):
        raise PermissionDenied(NOT_SIGNED_IN.text)
    return user


def may_fetch_ahead(user: Person, image: Any) -> Refusal | None:
    """Pixels of an image that this person has not opened: not of a study of theirs, where every look counts."""
    return _counted_embargo(user, image)


def counts_looks(embargo: Embargo) -> bool:
    """`EmbargoBySet.is_look_counted`; of a rule without a set always."""
    return getattr(embargo, "is_look_counted", True)


def hides_labels(embargo: Embargo) -> bool:
    """`EmbargoBySet.is_label_hidden`; of a rule without a set always."""
    return getattr(embargo, "is_label_hidden", True)


def _signed_in(user: Person) -> Refusal | None:
    return None if user.is_authenticated and user.is_active else NOT_SIGNED_IN


def _has_role(user: Person, *roles: str) -> bool:
    return isinstance(user, User) and user.role in roles


def _embargo(user: Person, image: Any, is_asked: Callable[[Embargo], bool] = lambda _: True) -> Refusal | None:
    """is_asked: which rules."""
    return next((refusal for one in EMBARGOES if is_asked(one) and (refusal := one(user, image))), None)


def _counted_embargo(user: Person, image: Any) -> Refusal | None:
    return _embargo(user, image, counts_looks)
