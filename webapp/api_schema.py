"""/api/schema/: what the code says of the API. No person and no row changes it: a process makes it once for each format."""

from functools import lru_cache

from django.conf import settings
from django.http import HttpResponse
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView
from rest_framework.request import Request

RENDERERS = {renderer.media_type: renderer for renderer in SpectacularAPIView.renderer_classes}


@lru_cache(maxsize=len(RENDERERS))
def _rendered(media_type: str) -> bytes | str:
    """The OpenAPI document: half a second of processor time."""
    return RENDERERS[media_type]().render(SchemaGenerator().get_schema(public=True))


class ApiSchema(SpectacularAPIView):
    """OpenAPI 3 document of this API, as YAML, or as JSON by `?format=json`."""

    @extend_schema(exclude=True)
    def get(self, request: Request) -> HttpResponse:
        renderer = request.accepted_renderer
        name = f"{settings.SPECTACULAR_SETTINGS['TITLE']}.{renderer.format}"
        return HttpResponse(
            _rendered(renderer.media_type),
            content_type=f"{renderer.media_type}; charset=utf-8",
            headers={"Content-Disposition": f'inline; filename="{name}"'},
        )
