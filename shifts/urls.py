"""Addresses of shifts at the desk. Volunteers have their own page: compound/phone_shifts.py."""

from django.urls import path

from shifts import views

app_name = "shifts"
urlpatterns = [
    path("", views.home, name="home"),
    path("in/<int:pk>/", views.roster, name="roster"),
    path("in/<int:pk>/add/", views.add, name="add"),
    path("in/<int:pk>/rules/", views.rules, name="rules"),
    path("in/<int:pk>/hours/", views.hours, name="hours"),
    path("in/<int:pk>/health/", views.health, name="health"),
    path("health/<int:pk>/tell/", views.health_tell, name="health_tell"),
    path("<int:pk>/", views.shift, name="shift"),
    path("<int:pk>/edit/", views.edit, name="edit"),
    path("<int:pk>/cancel/", views.cancel, name="cancel"),
    path("<int:pk>/sign-up/", views.sign_up, name="sign_up"),
    path("places/<int:pk>/leave/", views.leave, name="leave"),
    path("places/<int:pk>/presence/", views.presence, name="presence"),
]
