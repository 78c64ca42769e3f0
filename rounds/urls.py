from django.urls import path

from rounds import assignment_views, complaint_views, paper_views, views

app_name = "rounds"
urlpatterns = [
    path("", views.round_list, name="list"),
    path("in/<int:compound_pk>/add/", views.add, name="add"),
    path("<int:pk>/", views.board, name="board"),
    path("<int:pk>/live/", views.board_live, name="live"),
    path("<int:pk>/edit/", views.edit, name="edit"),
    path("<int:pk>/gaps/", views.gaps, name="gaps"),
    path("<int:pk>/print/", paper_views.print_sheets, name="print"),
    path("<int:pk>/close/", views.close, name="close"),
    path("<int:pk>/reopen/", views.reopen, name="reopen"),
    path("<int:pk>/cancel/", views.cancel, name="cancel"),
    path("<int:pk>/assignments/", assignment_views.assignments, name="assignments"),
    path("<int:pk>/segments/", assignment_views.segments, name="segments"),
    path("assignments/<int:pk>/release/", assignment_views.assignment_release, name="assignment_release"),
    path("assignments/<int:pk>/hand-over/", assignment_views.assignment_hand_over, name="assignment_hand_over"),
    path("<int:pk>/complaints/", complaint_views.complaints, name="complaints"),
    path("complaints/<int:pk>/answer/", complaint_views.complaint_answer, name="complaint_answer"),
    path("held/", views.held, name="held"),
    path("held/<int:pk>/dismiss/", views.held_dismiss, name="held_dismiss"),
]
