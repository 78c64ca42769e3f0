"""Addresses of the care desk. Households have their own: compound/home_care.py."""

from django.urls import path

from care.views import calls, needs, pages

app_name = "care"
urlpatterns = [
    path("", pages.home, name="home"),
    path("in/<int:pk>/", needs.needs, name="needs"),
    path("in/<int:pk>/rules/", needs.rules, name="rules"),
    path("in/<int:pk>/add/", needs.need_add, name="need_add"),
    path("in/<int:pk>/slips/<int:volunteer_pk>/", needs.slip, name="slip"),
    path("in/<int:pk>/calls/", calls.calls, name="calls"),
    path("in/<int:pk>/calls/next/", calls.call_next, name="call_next"),
    path("in/<int:pk>/calls/week/", calls.week, name="week"),
    path("in/<int:pk>/calls/add/", calls.rota_add, name="rota_add"),
    path("in/<int:pk>/calls/knock/", calls.knock, name="knock"),
    path("needs/<int:pk>/", needs.need, name="need"),
    path("needs/<int:pk>/<slug:deed>/", needs.need_step, name="need_step"),
    path("calls/<int:pk>/", calls.place, name="place"),
    path("calls/<int:pk>/take/", calls.place_take, name="place_take"),
    path("calls/<int:pk>/give-back/", calls.place_give_back, name="place_give_back"),
    path("calls/<int:pk>/number/", calls.place_number, name="place_number"),
    path("calls/<int:pk>/tell/", calls.place_tell, name="place_tell"),
    path("calls/<int:pk>/change/", calls.place_change, name="place_change"),
    path("calls/<int:pk>/end/", calls.place_end, name="place_end"),
]
