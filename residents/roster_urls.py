from django.urls import path

from residents import roster_views as views

roster_urlpatterns = [
    path("compounds/<int:pk>/roster/", views.roster_upload, name="roster_upload"),
    path("rosters/<int:pk>/", views.roster_import, name="roster_import"),
    path("compounds/<int:pk>/roster/export/", views.roster_export, name="roster_export"),
    path("rosters/lines/<int:pk>/decide/", views.roster_decide, name="roster_decide"),
    path("rosters/<int:pk>/columns/", views.roster_columns, name="roster_columns"),
    path("rosters/<int:pk>/left-out/", views.roster_left_out, name="roster_left_out"),
    path("rosters/<int:pk>/take-back/", views.roster_undo, name="roster_undo"),
    path("rosters/<int:pk>/status/", views.roster_status, name="roster_status"),
    path("rosters/<int:pk>/apply/", views.roster_apply, name="roster_apply"),
    path("rosters/<int:pk>/discard/", views.roster_discard, name="roster_discard"),
]
