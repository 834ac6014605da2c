"""What the server writes into a page for its script to start with; the script asks the API for everything else."""

from typing import Annotated

from typing_extensions import TypedDict

from webapp.accounts.hanging import PARTS, VIEWS
from webapp.json_bodies import coded, page_body
from webapp.sentinel.look_body import FirstLookDocument
from webapp.viewer.own_keys import OwnKeys


class PatientFacts(TypedDict):
    """As the file states them; age: "63 y" or "18 mo"; empty when not known. age_problem: what the sources of the age say
    where they contradict each other or cannot be read, else empty."""

    name: str
    id: str
    birth_date: str
    sex: str
    age: str
    age_problem: str


class ImageFacts(TypedDict):
    """look_first_project: the name of the image's project where it asks its readers to look first, else empty."""

    id: str
    sop_instance_uid: str
    code: str
    patient: PatientFacts
    study_date: str | None
    accession: str
    view: str
    modality: str
    laterality: str
    warnings: list[str]
    rows: int
    columns: int
    look_first_project: str


class SignedInPerson(TypedDict):
    username: str
    role: str
    look_first: bool
    keys: OwnKeys


class CaseHanging(TypedDict):
    """How a case opens by the rules of person and project. preset: name of a window; empty: the image's own. remarks: what of the
    rules is not known here."""

    view: Annotated[str, coded(view for view in VIEWS if view != "any")]
    beside: Annotated[str, coded(PARTS["beside"][1])]
    preset: str
    is_linked: bool
    remarks: list[str]


class ReadingUrls(TypedDict):
    header: str
    frame: str
    predictions: str
    reviews: str
    scheme: str
    list: str
    sign_in: str
    events: str
    site_proposals: str
    probes: str


@page_body
class BootDocument(TypedDict):
    """`/images/{id}/`. sitting: webapp.accounts.sitting. answer_first: the look before the model; null where a reader study hides
    the image from this person. urls.list, list_name: the list that the case was opened from, "worklist" or "failures".
    display_checked_at: when this person last passed the display check in this sitting; null: not in this one.
    hanging_ahead: by id of the cases that may be fetched ahead."""

    image: ImageFacts
    sitting: str
    display_checked_at: str | None
    user: SignedInPerson
    hanging: CaseHanging
    hanging_ahead: dict[str, CaseHanging]
    answer_first: FirstLookDocument | None
    urls: ReadingUrls
    list_name: str
    csrf: str


@page_body
class SecondWindowBoot(TypedDict):
    """`/second-window/`. Which case it shows beside, its reading page tells it."""

    keys: OwnKeys
    csrf: str


class Place(TypedDict):
    """Of a case in its list: ids before and after it (null at the ends), those after it that may be fetched ahead, nearest
    first, and "4" of "10,000+"."""

    previous: str | None
    next: str | None
    ahead: list[str]
    position: str
    count: str


class OpenedCase(TypedDict):
    """`POST /api/images/{id}/opening/`: what a page needs for the case that it goes on to."""

    boot: BootDocument
    place: Place
