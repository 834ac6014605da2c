from django.urls import URLPattern, URLResolver, path

from webapp.archive import dicom_header_api, image_api
from webapp.archive.deidentify import preview_check_api
from webapp.archive.frame import api as frame_api
from webapp.archive.frame import thorax_api
from webapp.archive.upload import api as upload_api

urlpatterns: list[URLPattern | URLResolver] = [
    path("uploads/", upload_api.UploadsView.as_view(), name="api_uploads"),
    path("uploads/<uuid:upload_id>/", upload_api.UploadView.as_view(), name="api_upload"),
    path("images/", image_api.ImagesView.as_view(), name="api_images"),
    path("images/search/", image_api.ImageSearchView.as_view(), name="api_image_search"),
    path("images/<str:key>/", image_api.ImageView.as_view(), name="api_image"),
    path("images/<str:key>/file/", image_api.ImageFileView.as_view(), name="api_image_file"),
    path("images/<str:key>/frame/", frame_api.FrameView.as_view(), name="api_image_frame"),
    path("images/<str:key>/header/", frame_api.HeaderView.as_view(), name="api_image_header"),
    path("images/<str:key>/dicom-header/", dicom_header_api.DicomHeaderView.as_view(), name="api_image_dicom_header"),
    path("images/<str:key>/thorax/", thorax_api.ThoraxView.as_view(), name="api_image_thorax"),
    path("images/<str:key>/preview-checks/", preview_check_api.PreviewChecksView.as_view(), name="api_preview_checks"),
]
