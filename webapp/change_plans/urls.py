from django.urls import URLPattern, URLResolver, path

from webapp.change_plans import plan_pages, set_pages

PLANS, SETS = "models/plans/", "models/reference-sets/"
urlpatterns: list[URLPattern | URLResolver] = [
    path(PLANS, plan_pages.plans, name="change_plans"),
    path(f"{PLANS}<slug:slug>/new/", plan_pages.new_plan, name="new_change_plan"),
    path(f"{PLANS}<slug:slug>/<int:version>/", plan_pages.plan, name="change_plan"),
    path(f"{PLANS}<slug:slug>/<int:version>/decide/", plan_pages.decide, name="decide_change_plan"),
    path(SETS, set_pages.reference_sets, name="reference_sets"),
    path(f"{SETS}<slug:slug>/new/", set_pages.new_set, name="new_reference_set"),
    path(f"{SETS}<slug:slug>/<int:version>/", set_pages.reference_set, name="reference_set"),
    path(f"{SETS}<slug:slug>/<int:version>/decide/", set_pages.decide, name="decide_reference_set"),
]
