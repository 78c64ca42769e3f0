"""People of a test round, and who is exempt."""

from django.urls import path

from testing_rounds import people_views as views

people_urlpatterns = [
    path("<int:pk>/people/", views.people, name="people"),
    path("people/<int:pk>/proof/<slug:decision>/", views.proof_decide, name="proof_decide"),
    path("people/<int:pk>/name/", views.person_name, name="person_name"),
    path("exempt/<int:pk>/", views.exemptions, name="exemptions"),
    path("exempt/<int:pk>/end/", views.exemption_end, name="exemption_end"),
]
