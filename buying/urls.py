from django.urls import path

from buying.arriving_urls import arriving_urlpatterns
from buying.views import joint, lines, lists, orders

app_name = "buying"
urlpatterns = [
    path("", lists.overview, name="list"),
    path("calendar/", lists.calendar, name="calendar"),
    path("compound/<int:pk>/add/", lists.add, name="add"),
    path("compound/<int:pk>/rules/", lists.rules, name="rules"),
    path("compound/<int:pk>/join/", joint.join, name="join"),
    path("<int:pk>/", orders.page, name="order"),
    path("<int:pk>/live/", orders.live, name="live"),
    path("<int:pk>/edit/", orders.edit, name="edit"),
    path("<int:pk>/items/add/", orders.item_add, name="item_add"),
    path("items/<int:pk>/", orders.item_edit, name="item_edit"),
    path("items/<int:pk>/remove/", orders.item_remove, name="item_remove"),
    path("<int:pk>/papers/", orders.papers, name="papers"),
    path("<int:pk>/report/", orders.report, name="report"),
    path("<int:pk>/open/", orders.open_list, name="open"),
    path("<int:pk>/close/", orders.close_list, name="close"),
    path("<int:pk>/extend/", orders.extend, name="extend"),
    path("<int:pk>/cancel/", orders.cancel, name="cancel"),
    path("<int:pk>/place/", orders.place, name="place"),
    path("<int:pk>/texts/", orders.texts, name="texts"),
    path("<int:pk>/lines/", lines.lines, name="lines"),
    path("<int:pk>/lead/", orders.lead, name="lead"),
    path("<int:pk>/find/", lines.find_home, name="find_home"),
    path("<int:pk>/households/<int:household_pk>/", lines.home, name="home"),
    path("<int:pk>/invite/", joint.invite, name="invite"),
    path("<int:pk>/final/", joint.confirm, name="confirm"),
    path("<int:pk>/leave/", joint.leave, name="leave"),
    path("handover/<int:pk>/", joint.handover, name="handover"),
    *arriving_urlpatterns,
]
