"""ASGI entry, served by uvicorn."""

import os
import tempfile
import threading
import warnings
from typing import cast

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webapp.settings")
# WhiteNoise hands over plain files; Django warns about each that it reads them in a thread, which is what we want.
warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous iterators")
_django = get_asgi_application()

from django.conf import settings  # noqa: E402 - settings exist once Django is set up

from inference.dicom import shared_pool  # noqa: E402
from webapp.archive.upload.request_limit import Application, limit_requests  # noqa: E402

# Django spools a request's body into the default temporary folder, which may be memory: it belongs beside the store.
tempfile.tempdir = str(settings.INCOMING_DIR)
application = limit_requests(cast(Application, _django), settings.MAX_REQUEST_BYTES)

# The decoding server takes about a second to start; the first upload should not wait for it.
threading.Thread(target=shared_pool().start, name="warm-decoding-server", daemon=True).start()
