from django.urls import path

from residents import roster_views as views

roster_urlpatterns = [
    path("compounds/<int:pk>/roster/", views.roster_upload, name="roster_upload"),
    path("rosters/<int:pk>/", views.roster_import, name="roster_import"),
    path("rosters/<int:pk>/status/", views.roster_status, name="roster_status"),
    path("rosters/<int:pk>/apply/", views.roster_apply, name="roster_apply"),
    path("rosters/<int:pk>/discard/", views.roster_discard, name="roster_discard"),
]
