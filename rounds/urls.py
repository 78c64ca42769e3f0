from django.urls import path

from rounds import views

app_name = "rounds"
urlpatterns = [
    path("", views.round_list, name="list"),
    path("in/<int:compound_pk>/add/", views.add, name="add"),
    path("<int:pk>/", views.board, name="board"),
    path("<int:pk>/live/", views.board_live, name="live"),
    path("<int:pk>/edit/", views.edit, name="edit"),
    path("<int:pk>/gaps/", views.gaps, name="gaps"),
    path("<int:pk>/print/", views.print_sheets, name="print"),
    path("<int:pk>/close/", views.close, name="close"),
    path("<int:pk>/reopen/", views.reopen, name="reopen"),
    path("<int:pk>/cancel/", views.cancel, name="cancel"),
    path("<int:pk>/assignments/", views.assignments, name="assignments"),
    path("assignments/<int:pk>/release/", views.assignment_release, name="assignment_release"),
    path("held/", views.held, name="held"),
    path("held/<int:pk>/apply/", views.held_apply, name="held_apply"),
    path("held/<int:pk>/dismiss/", views.held_dismiss, name="held_dismiss"),
]
