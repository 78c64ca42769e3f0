"""Results, lists of results, recall and history: the part of testing that speaks of health."""

from django.urls import path

from testing_rounds import recall_views

result_urlpatterns = [
    path("<int:pk>/recall/", recall_views.recall, name="recall"),
]
