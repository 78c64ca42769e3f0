from django.urls import path

from testing_rounds import views

app_name = "testing_rounds"
urlpatterns = [
    path("in/<int:compound_pk>/add/", views.add, name="add"),
    path("<int:pk>/edit/", views.edit, name="edit"),
]
