"""The second half of a group buy: arrival, sharing out, sorting, delivery, money."""

from django.urls import URLPattern, path

from buying.views import arrivals, deliveries, money

arriving_urlpatterns: list[URLPattern] = [
    path("<int:pk>/arrival/", arrivals.arrival, name="arrival"),
    path("<int:pk>/arrivals/<int:arrival_pk>/take-back/", arrivals.arrival_take_back, name="arrival_take_back"),
    path("<int:pk>/sharing/", arrivals.sharing, name="sharing"),
    path("<int:pk>/sheet/", arrivals.sheet, name="sheet"),
    path("<int:pk>/labels/", arrivals.labels, name="labels"),
    path("<int:pk>/delivery/", deliveries.delivery, name="delivery"),
    path("<int:pk>/gate/<int:household_pk>/", deliveries.gate, name="gate"),
    path("delivery/<int:pk>/edit/", deliveries.delivery_edit, name="delivery_edit"),
    path("delivery/<int:pk>/open/", deliveries.delivery_open, name="delivery_open"),
    path("doors/<int:pk>/", deliveries.door, name="door"),
    path("<int:pk>/money/", money.money, name="money"),
    path("<int:pk>/money/note/", money.note, name="money_note"),
    path("<int:pk>/money/<int:entry_pk>/reverse/", money.reverse_entry, name="money_reverse"),
    path("<int:pk>/charges/add/", money.charge_add, name="charge_add"),
    path("<int:pk>/charges/<int:charge_pk>/withdraw/", money.charge_withdraw, name="charge_withdraw"),
    path("<int:pk>/bill/", money.bill, name="bill"),
    path("<int:pk>/weights/", money.weights, name="weights"),
    path("<int:pk>/settle/", money.settle, name="settle"),
]
