from django.urls import path

from clock import case_views, deed_views, home_views, views

app_name = "clock"
urlpatterns = [
    path("", views.compounds, name="list"),
    path("rules/", views.rules, name="rules"),
    path("compound/<int:pk>/", views.compound, name="compound"),
    path("compound/<int:pk>/start/", deed_views.start, name="start"),
    path("compound/<int:pk>/cases/", case_views.cases, name="cases"),
    path("compound/<int:pk>/homecomings/", home_views.homecomings, name="homecomings"),
    path("compound/<int:pk>/homecomings/add/", home_views.add, name="homecoming_add"),
    path("homecomings/<int:pk>/", home_views.homecoming, name="homecoming"),
    path("homecomings/<int:pk>/tick/", home_views.tick, name="homecoming_tick"),
    path("building/<int:pk>/", views.building, name="building"),
    path("building/<int:pk>/notice/", views.notice, name="notice"),
    path("building/<int:pk>/case/", case_views.add, name="case_add"),
    path("cases/<int:pk>/", case_views.case, name="case"),
    path("cases/<int:pk>/correct/", case_views.correct, name="case_correct"),
    path("cases/<int:pk>/start/", case_views.start, name="case_start"),
    path("<int:pk>/decide/<uuid:subject>/", deed_views.decide, name="decide"),
    path("<int:pk>/zone/", deed_views.override, name="override"),
    path("<int:pk>/rule/", deed_views.rule, name="rule"),
    path("<int:pk>/basis/", deed_views.basis, name="basis"),
    path("<int:pk>/tick/<str:check>/", deed_views.tick, name="tick"),
    path("<int:pk>/release/", deed_views.release, name="release"),
    path("<int:pk>/stop/", deed_views.stop, name="stop"),
    path("events/<uuid:pk>/void/", deed_views.void, name="void"),
]
