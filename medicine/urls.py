"""Addresses of the doctor desk, the bags and the dates. Households have their own: compound/home_medicine.py."""

from django.urls import path

from medicine import date_views as dates
from medicine import desk_views as desk
from medicine import views

app_name = "medicine"
urlpatterns = [
    path("", views.home, name="home"),
    path("in/<int:pk>/", views.errands, name="errands"),
    path("in/<int:pk>/add/", views.errand_add, name="errand_add"),
    path("in/<int:pk>/runner/", views.runner, name="runner"),
    path("in/<int:pk>/labels/", views.labels, name="labels"),
    path("errands/<int:pk>/", views.errand, name="errand"),
    path("errands/<int:pk>/edit/", views.errand_edit, name="errand_edit"),
    path("errands/<int:pk>/pick-up/", views.errand_pick_up, name="errand_pick_up"),
    path("errands/<int:pk>/hand-over/", views.errand_hand_over, name="errand_hand_over"),
    path("errands/<int:pk>/hospital/", views.errand_hospital, name="errand_hospital"),
    path("errands/<int:pk>/settle/", views.errand_settle, name="errand_settle"),
    path("errands/<int:pk>/deliver/", views.errand_deliver, name="errand_deliver"),
    path("errands/<int:pk>/confirm/", views.errand_confirm, name="errand_confirm"),
    path("errands/<int:pk>/reopen/", views.errand_reopen, name="errand_reopen"),
    path("errands/<int:pk>/cancel/", views.errand_cancel, name="errand_cancel"),
    path("errands/<int:pk>/reveal/", views.errand_reveal, name="errand_reveal"),
    path("in/<int:pk>/desk/", desk.desk, name="desk"),
    path("in/<int:pk>/desk/ask/", desk.question_add, name="question_add"),
    path("questions/<int:pk>/", desk.question, name="question"),
    path("questions/<int:pk>/answer/", desk.question_answer, name="question_answer"),
    path("questions/<int:pk>/told/", desk.question_told, name="question_told"),
    path("questions/<int:pk>/close/", desk.question_close, name="question_close"),
    path("questions/<int:pk>/reveal/", desk.question_reveal, name="question_reveal"),
    path("answers/<int:pk>/correct/", desk.answer_correct, name="answer_correct"),
    path("in/<int:pk>/dates/", dates.dates, name="dates"),
    path("in/<int:pk>/dates/add/", dates.date_add, name="date_add"),
    path("dates/<int:pk>/close/", dates.date_close, name="date_close"),
]
