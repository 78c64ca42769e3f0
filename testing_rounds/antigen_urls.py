"""Addresses of antigen rounds; their table is tests/permission_table/antigen.py."""

from django.urls import path

from testing_rounds import antigen_views as views

antigen_urlpatterns = [
    path("in/<int:compound_pk>/antigen/add/", views.add, name="antigen_add"),
    path("<int:pk>/antigen/edit/", views.edit, name="antigen_edit"),
    path("<int:pk>/antigen/", views.antigen, name="antigen"),
    path("<int:pk>/antigen/live/", views.antigen_live, name="antigen_live"),
    path("<int:pk>/antigen/picture.svg", views.antigen_picture, name="antigen_picture"),
    path("<int:pk>/antigen/<int:building_pk>/", views.antigen_building, name="antigen_building"),
    path("<int:pk>/antigen/<int:building_pk>/negative/", views.antigen_all_negative, name="antigen_all_negative"),
    path("<int:pk>/antigen/overdue/", views.antigen_overdue, name="antigen_overdue"),
    path("<int:pk>/antigen/knocks/", views.antigen_knocks, name="antigen_knocks"),
    path("visits/<int:pk>/antigen/", views.antigen_tell, name="antigen_tell"),
    path("questions/<int:pk>/looked-at/", views.antigen_question, name="antigen_question"),
    path("visits/<int:pk>/chase/", views.antigen_chase, name="antigen_chase"),
]
