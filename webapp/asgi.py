"""ASGI entry, served by uvicorn."""

import logging
import os
import tempfile
import threading
import time
import warnings
from typing import cast

from asgiref.sync import sync_to_async
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webapp.settings")
# WhiteNoise hands over plain files; Django warns about each that it reads them in a thread, which is what we want.
warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous iterators")
_django = get_asgi_application()

from django.conf import settings  # noqa: E402 - settings exist once Django is set up
from django.db import close_old_connections  # noqa: E402

from inference.dicom import shared_pool  # noqa: E402
from webapp.accounts.request_person import request_person  # noqa: E402
from webapp.accounts.sender_address import with_sender_address  # noqa: E402
from webapp.archive.upload.request_limit import Application, Message, limit_requests  # noqa: E402
from webapp.archive.upload.sized_request import SizedRequest  # noqa: E402
from webapp.archive.upload.traffic import UploadLimits  # noqa: E402
from webapp.work.ballast import keep_ballast  # noqa: E402

_django.request_class = SizedRequest

# Django spools a request's body into the default temporary folder, which may be memory: it belongs beside the store.
tempfile.tempdir = str(settings.INCOMING_DIR)


BALLAST_EVERY_SECONDS = 10.0


def _person_of(scope: Message) -> int | None:
    close_old_connections()  # Django does it around its own requests; the door is before them
    try:
        person = request_person(scope)
        return person.pk if person else None
    finally:
        close_old_connections()


async def _knows_sender(scope: Message) -> int | None:
    return await sync_to_async(_person_of)(scope)


_limited = limit_requests(
    cast(Application, _django), settings.MAX_REQUEST_BYTES, _knows_sender, UploadLimits(**settings.UPLOAD_LIMITS)
)
application = with_sender_address(_limited, settings.PROXIES)


def _keep_ballast_for_ever() -> None:
    while True:
        try:
            keep_ballast()
        except OSError:
            logging.getLogger(__name__).exception("the ballast could not be looked after")
        close_old_connections()
        time.sleep(BALLAST_EVERY_SECONDS)


threading.Thread(target=_keep_ballast_for_ever, name="ballast", daemon=True).start()

# The decoding server takes about a second to start; the first upload should not wait for it.
threading.Thread(target=shared_pool().start, name="warm-decoding-server", daemon=True).start()
