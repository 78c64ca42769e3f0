from django.urls import path

from testing_rounds import views
from testing_rounds.antigen_urls import antigen_urlpatterns
from testing_rounds.people_urls import people_urlpatterns
from testing_rounds.result_urls import result_urlpatterns
from testing_rounds.tube_urls import tube_urlpatterns

app_name = "testing_rounds"
urlpatterns = [
    path("in/<int:compound_pk>/add/", views.add, name="add"),
    path("<int:pk>/edit/", views.edit, name="edit"),
    *result_urlpatterns,
    *people_urlpatterns,
    *tube_urlpatterns,
    *antigen_urlpatterns,
]
