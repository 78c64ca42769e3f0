"""The second half of a group buy: arrival, sharing out, sorting, delivery, money."""

from django.urls import URLPattern

arriving_urlpatterns: list[URLPattern] = []
