"""/api/schema/: what the code says of the API. No person and no row changes it: a process makes it once for each format."""

from functools import lru_cache

from django.conf import settings
from django.http import HttpResponse
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request


@lru_cache(maxsize=len(SpectacularAPIView.renderer_classes))
def _rendered(renderer: type[BaseRenderer]) -> bytes:
    """The OpenAPI document, in UTF-8: half a second of processor time."""
    document = SchemaGenerator().get_schema(public=True)
    rendered: bytes = renderer().render(document)
    return rendered


class ApiSchema(SpectacularAPIView):
    """OpenAPI 3 document of this API, as YAML, or as JSON by `?format=json`."""

    @extend_schema(exclude=True)
    def get(self, request: Request) -> HttpResponse:
        renderer = request.accepted_renderer
        name = f"{settings.SPECTACULAR_SETTINGS['TITLE']}.{renderer.format}"
        return HttpResponse(
            _rendered(type(renderer)),
            content_type=f"{renderer.media_type}; charset=utf-8",
            headers={"Content-Disposition": f'inline; filename="{name}"'},
        )
