"""Addresses of the phone pages; included at the root, for the service worker must sit there."""

from django.urls import path

from compound import phone

phone_urlpatterns = [
    path("i/<str:code>/", phone.invite, name="invite"),
    path("my/", phone.my, name="my"),
    path("my/doors.json", phone.my_doors, name="my_doors"),
    path("my/bind/", phone.my_bind, name="my_bind"),
    path("sw.js", phone.service_worker, name="service_worker"),
    path("manifest.webmanifest", phone.manifest, name="manifest"),
]
