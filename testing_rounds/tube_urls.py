"""Tubes: who is in which, and where each of them is."""

from django.urls import path

from testing_rounds import tube_views as views

tube_urlpatterns = [
    path("<int:pk>/tubes/", views.tubes, name="tubes"),
    path("<int:pk>/tubes/open/", views.tube_open, name="tube_open"),
    path("<int:pk>/tubes/all/<slug:step>/", views.tubes_step, name="tubes_step"),
    path("<int:pk>/tubes/questions/", views.questions, name="tube_questions"),
    path("<int:pk>/tubes/none/<int:building_pk>/", views.in_no_tube, name="in_no_tube"),
    path("tubes/<int:pk>/", views.tube, name="tube"),
    path("tubes/<int:pk>/label/", views.tube_label, name="tube_label"),
    path("tubes/<int:pk>/step/<slug:step>/", views.tube_step, name="tube_step"),
    path("tubes/<int:pk>/place/<int:visit_pk>/", views.tube_place, name="tube_place"),
    path("tubes/questions/<int:pk>/place/", views.question_place, name="question_place"),
    path("tubes/questions/<int:pk>/dismiss/", views.question_dismiss, name="question_dismiss"),
    path("tubes/person/<int:pk>/place/", views.person_place, name="person_place"),
]
