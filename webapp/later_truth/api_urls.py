from django.urls import URLPattern, URLResolver, path

from webapp.later_truth.api import LaterTruths, LaterTruthWithdrawalView
from webapp.later_truth.truth_export import LaterTruthExport

urlpatterns: list[URLPattern | URLResolver] = [
    path("images/<str:uid>/later-truths/", LaterTruths.as_view(), name="later_truths"),
    path(
        "images/<str:uid>/later-truths/<uuid:truth>/withdrawal/",
        LaterTruthWithdrawalView.as_view(),
        name="withdraw_later_truth",
    ),
    path("later-truths/export/", LaterTruthExport.as_view(), name="later_truth_export"),
]
