from django.urls import path

from reports import views

app_name = "reports"
urlpatterns = [
    path("rounds/<int:pk>/evening/", views.evening, name="evening"),
    path("rounds/<int:pk>/<slug:what>.<slug:ending>", views.export, name="export"),
]
