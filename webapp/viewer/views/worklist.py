"""`/`: the worklist. Filters are codes in the address; search texts come by POST and stay in the session."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from webapp import audit
from webapp.accounts.form_post import form_post
from webapp.accounts.policy import may_see_image, may_upload, require, require_person
from webapp.archive.models import Image
from webapp.archive.present_images import present
from webapp.later_truth.own_cases import count_own_cases
from webapp.viewer.worklist.bounded_count import COUNTED
from webapp.viewer.worklist.cases import streams
from webapp.viewer.worklist.filters import DEFAULT_STATE
from webapp.viewer.worklist.listing import count_states, list_page
from webapp.viewer.worklist.neighbours import forget_opened
from webapp.viewer.worklist.query import EXACT, QUERY_KEY, WorklistQuery
from webapp.viewer.worklist.rows import rows
from webapp.viewer.worklist.searches import keep_search, search_text

PART_HEADER = "X-Sightline-Part"  # the page's own script asks for the list alone


@login_required
@require_GET
def worklist(request: HttpRequest) -> HttpResponse:
    """The list, or only its changing part for the script that keeps it fresh."""
    require(may_see_image(request.user))
    error = ""
    try:
        query = WorklistQuery.from_query(request.GET, request.user)
    except ValueError as refused:
        query, error = WorklistQuery.from_query({}, request.user), str(refused)
    is_part = request.headers.get(PART_HEADER) == "list"
    context = _list_context(request, query, error)
    if is_part:
        return render(request, "viewer/worklist_list.html", context, status=400 if error else 200)
    forget_opened(request.session)
    request.session[QUERY_KEY] = query.as_query()
    audit.record(request.user, "list", "worklist", count=len(context["rows"]), filters=query.as_query(search=""))
    return render(
        request, "viewer/worklist.html", context | _page_context(request, query), status=400 if error else 200
    )


@form_post("worklist")
def worklist_search(request: HttpRequest) -> HttpResponse:
    """Keeps the text in the session and sends on to an address that carries only its code."""
    try:
        query = WorklistQuery.from_query(request.POST, request.user)
    except ValueError:
        query = WorklistQuery.from_query({}, request.user)
    code = keep_search(request.session, request.POST.get("text", ""))
    # A search looks through everything: the case wanted may have been read already.
    state = "all" if code else (DEFAULT_STATE if query.search else query.state)
    return redirect("/" + query.as_query(search=code, state=state, page=1))


def _list_context(request: HttpRequest, query: WorklistQuery, error: str) -> dict[str, Any]:
    text = search_text(request.session, query.search)
    found = streams(request.user)
    query.filters.seen = found[0]
    counts = count_states(found, query.is_exact)
    page = list_page(query, found, text, counts)
    counts_are_bounded = page.count.is_more or any(count.is_more for count in counts.values())
    now = timezone.now()
    return {
        "error": error,
        "query": query,
        "rows": rows(page.cases, request.user, now),
        "page": page,
        "cursor": now.isoformat(),
        "codes": query.as_query(),
        "headers": _headers(query),
        "previous_page": query.as_query(page=page.number - 1) if page.has_previous else None,
        "next_page": query.as_query(page=page.number + 1) if page.has_next else None,
        "counted": query.as_query(count=EXACT) if counts_are_bounded else None,
        "counted_to": f"{COUNTED:,}",
        "empty": None if page.cases else _why_empty(query, text),
        "counts": counts,
    }


def _page_context(request: HttpRequest, query: WorklistQuery) -> dict[str, Any]:
    filters = query.filters.choices()
    drawn = {choice.name for choice in filters}
    return {
        "search": search_text(request.session, query.search),
        "may_upload": may_upload(request.user) is None,
        **_later_truth(request),
        "filters": filters,
        "kept_by_search": query.kept,
        "kept_by_filters": {name: value for name, value in query.kept.items() if name not in drawn},
    }


def _later_truth(request: HttpRequest) -> dict[str, int]:
    cases, unseen = count_own_cases(require_person(request.user))
    return {"later_cases": cases, "later_unseen": unseen}


def _headers(query: WorklistQuery) -> list[dict[str, str]]:
    """Column heads; those that sort carry the address of the next click and the present direction."""
    heads = []
    for title, key in (
        ("State", ""), ("Patient", ""), ("Study", "study"), ("View", ""), ("Highest finding", "finding"), ("Review", ""),
        ("Age", "arrived"),
    ):  # fmt: skip
        is_sorted = bool(key) and query.sort.lstrip("-") == key
        is_descending = query.sort.startswith("-")
        target = key if is_sorted and is_descending else f"-{key}"
        # Newest arrival first is youngest age first: the column shows ages.
        is_down = is_descending != (key == "arrived")
        direction = ("descending" if is_down else "ascending") if is_sorted else ""
        heads.append(
            {"title": title, "href": "/" + query.as_query(sort=target, page=1) if key else "", "direction": direction}
        )
    return heads


def _why_empty(query: WorklistQuery, text: str) -> dict[str, str]:
    """An empty list says why, and what to do."""
    if query.search and not text:
        return {
            "title": "This search has been forgotten",
            "text": "Search texts are kept only as long as you are signed in, never in the address. Type it again.",
        }
    if not present(Image.objects.all(), query.filters.person).exists():
        return {
            "title": "No radiographs yet",
            "text": "Drop DICOM files, a folder or a zip on the card beside this list. Results appear here by themselves.",
        }
    if query.is_narrowed:
        return {
            "title": "No case matches these filters",
            "text": "Other cases exist: clear the search or widen a filter.",
        }
    if query.state == DEFAULT_STATE:
        return {
            "title": "Everything is read",
            "text": "No case waits for a reader. Read cases are under status “read” or “all”.",
        }
    return {"title": "No case in this list", "text": "Choose another status."}
