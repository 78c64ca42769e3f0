from django.urls import path

from notices import views

app_name = "notices"
urlpatterns = [
    path("", views.inbox, name="inbox"),
    path("read/", views.read_all, name="read_all"),
    path("<int:pk>/read/", views.read, name="read"),
    path("outbox/", views.outbox, name="outbox"),
    path("<int:pk>/retry/", views.retry, name="retry"),
]
