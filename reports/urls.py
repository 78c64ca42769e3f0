from django.urls import path

from reports import supply_views, views

app_name = "reports"
urlpatterns = [
    path("rounds/<int:pk>/evening/", views.evening, name="evening"),
    path("rounds/<int:pk>/<slug:what>.<slug:ending>", views.export, name="export"),
    path("supplies/in/<int:pk>/<slug:what>.<slug:ending>", supply_views.store, name="store"),
    path("supplies/<int:pk>/<slug:what>.<slug:ending>", supply_views.supplies, name="supplies"),
]
