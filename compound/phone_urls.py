"""Addresses of the phone pages; included at the root, for the service worker must sit there."""

from django.urls import path

from compound import phone, phone_needs, phone_parts, phone_proxy, phone_shifts

phone_urlpatterns = [
    path("i/<str:code>/", phone.invite, name="invite"),
    path("my/", phone.my, name="my"),
    path("my/install/", phone.my_install, name="my_install"),
    path("my/doors.json", phone.my_doors, name="my_doors"),
    path("my/bind/", phone.my_bind, name="my_bind"),
    path("my/claim/", phone_parts.my_claim, name="my_claim"),
    path("my/release/", phone_parts.my_release, name="my_release"),
    path("my/hand-over/", phone_parts.my_hand_over, name="my_hand_over"),
    path("my/fellows.json", phone_parts.my_fellows, name="my_fellows"),
    path("my/shifts/", phone_shifts.my_shifts, name="my_shifts"),
    path("my/shifts.json", phone_shifts.my_shift_list, name="my_shift_list"),
    path("my/shifts/take/", phone_shifts.my_shift_take, name="my_shift_take"),
    path("my/shifts/leave/", phone_shifts.my_shift_leave, name="my_shift_leave"),
    path("my/health/", phone_shifts.my_health, name="my_health"),
    path("my/neighbours/", phone_proxy.my_proxy, name="my_proxy"),
    path("my/neighbours/doors.json", phone_proxy.my_proxy_doors, name="my_proxy_doors"),
    path("my/neighbours/home.json", phone_proxy.my_proxy_home, name="my_proxy_home"),
    path("my/neighbours/tell/", phone_proxy.my_proxy_tell, name="my_proxy_tell"),
    path("my/needs/", phone_needs.my_needs, name="my_needs"),
    path("my/needs/list.json", phone_needs.my_need_list, name="my_need_list"),
    path("my/needs/tell/", phone_needs.my_need_tell, name="my_need_tell"),
    path("sw.js", phone.service_worker, name="service_worker"),
    path("manifest.webmanifest", phone.manifest, name="manifest"),
]
