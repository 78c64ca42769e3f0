"""Results, lists of results, recall and history: the part of testing that speaks of health."""

from django.urls import path

from testing_rounds import history_views, lab_views, recall_views, result_views

result_urlpatterns = [
    path("<int:pk>/results/", result_views.results, name="results"),
    path("<int:pk>/results/<int:building_pk>/", result_views.results_building, name="results_building"),
    path("<int:pk>/results/all-negative/", result_views.all_negative, name="all_negative"),
    path("results/person/<int:pk>/", result_views.result_person, name="result_person"),
    path("results/tube/<int:pk>/", result_views.tube_result, name="tube_result"),
    path("<int:pk>/results/list/", lab_views.lab_add, name="lab_add"),
    path("results/list/<int:pk>/", lab_views.lab, name="lab"),
    path("results/list/<int:pk>/apply/", lab_views.lab_apply, name="lab_apply"),
    path("results/list/<int:pk>/set-aside/", lab_views.lab_discard, name="lab_discard"),
    path("results/review/", lab_views.unplaced, name="unplaced"),
    path("results/review/<int:pk>/", lab_views.unplaced_decide, name="unplaced_decide"),
    path("<int:pk>/recall/", recall_views.recall, name="recall"),
    path("holds/", recall_views.holds, name="holds"),
    path("holds/<int:pk>/release/", recall_views.hold_release, name="hold_release"),
    path("history/building/<int:pk>/", history_views.building, name="history_building"),
    path("history/household/<int:pk>/", history_views.household, name="history_household"),
    path("history/person/<int:pk>/", history_views.person, name="history_person"),
    path("history/rounds/<int:compound_pk>/", history_views.coverage, name="coverage"),
]
