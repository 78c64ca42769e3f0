"""Addresses of the share corner and of pledge drives. Households have their own: compound/home_sharing.py."""

from django.urls import path

from sharing import drive_views as drives
from sharing import running_views as running
from sharing import views

app_name = "sharing"
urlpatterns = [
    path("", views.home, name="home"),
    path("in/<int:pk>/", views.corner, name="corner"),
    path("in/<int:pk>/rules/", views.rules, name="rules"),
    path("in/<int:pk>/pause/", views.pause, name="pause"),
    path("in/<int:pk>/wall/", views.wall, name="wall"),
    path("in/<int:pk>/offers/add/", views.offer_add, name="offer_add"),
    path("in/<int:pk>/wishes/", views.wishes, name="wishes"),
    path("in/<int:pk>/wishes/add/", views.wish_add, name="wish_add"),
    path("offers/<int:pk>/", views.offer, name="offer"),
    path("offers/<int:pk>/reserve/", views.offer_reserve, name="offer_reserve"),
    path("offers/<int:pk>/stop/", views.offer_stop, name="offer_stop"),
    path("offers/<int:pk>/resume/", views.offer_resume, name="offer_resume"),
    path("offers/<int:pk>/withdraw/", views.offer_withdraw, name="offer_withdraw"),
    path("reservations/<int:pk>/given/", views.reservation_give, name="reservation_give"),
    path("reservations/<int:pk>/release/", views.reservation_release, name="reservation_release"),
    path("reservations/<int:pk>/undo/", views.reservation_undo, name="reservation_undo"),
    path("wishes/<int:pk>/answer/", views.wish_answer, name="wish_answer"),
    path("wishes/<int:pk>/stop/", views.wish_stop, name="wish_stop"),
    path("drives/", drives.drives, name="drives"),
    path("in/<int:pk>/drives/", drives.drive_list, name="drive_list"),
    path("in/<int:pk>/drives/add/", drives.drive_add, name="drive_add"),
    path("drives/<int:pk>/", drives.drive, name="drive"),
    path("drives/<int:pk>/edit/", drives.drive_edit, name="drive_edit"),
    path("drives/<int:pk>/parts/add/", drives.drive_part_add, name="drive_part_add"),
    path("drives/parts/<int:pk>/change/", drives.drive_part_change, name="drive_part_change"),
    path("drives/parts/<int:pk>/remove/", drives.drive_part_remove, name="drive_part_remove"),
    path("drives/<int:pk>/pledge/", drives.drive_pledge, name="drive_pledge"),
    path("drives/pledges/<int:pk>/end/", drives.drive_pledge_end, name="drive_pledge_end"),
    path("drives/<int:pk>/collect/", running.drive_collect, name="drive_collect"),
    path("drives/<int:pk>/route/", running.drive_route, name="drive_route"),
    path("drives/pledges/<int:pk>/picked/", running.drive_picked, name="drive_picked"),
    path("drives/<int:pk>/made/", running.drive_made, name="drive_made"),
    path("drives/<int:pk>/portions/<int:building_pk>/", running.drive_portions, name="drive_portions"),
    path("drives/<int:pk>/handed-over/", running.drive_hand_over, name="drive_hand_over"),
    path("drives/<int:pk>/cancel/", running.drive_cancel, name="drive_cancel"),
]
