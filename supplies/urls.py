"""Addresses of the store and of distributions (by the key of their round)."""

from django.urls import path

from supplies import absent_views, photo_views, views
from supplies import distribution_views as distributions
from supplies import lobby_views as lobby

app_name = "supplies"
urlpatterns = [
    path("", views.home, name="home"),
    path("in/<int:pk>/", views.store, name="store"),
    path("in/<int:pk>/items/add/", views.item_add, name="item_add"),
    path("in/<int:pk>/arrive/", views.arrive, name="arrive"),
    path("in/<int:pk>/gear/", views.gear, name="gear"),
    path("in/<int:pk>/add/", distributions.add, name="add"),
    path("buildings/<int:pk>/variants/", views.variants, name="variants"),
    path("batches/<int:pk>/", views.batch, name="batch"),
    path("batches/<int:pk>/count/", views.batch_count, name="batch_count"),
    path("batches/<int:pk>/settle/", views.batch_settle, name="batch_settle"),
    path("batches/<int:pk>/recount/", views.batch_adjust, name="batch_adjust"),
    path("batches/<int:pk>/write-off/", views.batch_write_off, name="batch_write_off"),
    path("moves/<int:pk>/undo/", views.move_undo, name="move_undo"),
    path("gear/<int:pk>/return/", views.gear_return, name="gear_return"),
    path("<int:pk>/", distributions.distribution, name="distribution"),
    path("<int:pk>/edit/", distributions.edit, name="edit"),
    path("<int:pk>/lines/add/", distributions.line_add, name="line_add"),
    path("<int:pk>/lines/<int:line_pk>/remove/", distributions.line_remove, name="line_remove"),
    path("<int:pk>/shortage/", distributions.shortage, name="shortage"),
    path("<int:pk>/close/", distributions.close, name="close"),
    path("<int:pk>/totals/", distributions.totals, name="totals"),
    path("<int:pk>/totals/link/", distributions.totals_link, name="totals_link"),
    path("<int:pk>/totals/revoke/", distributions.totals_revoke, name="totals_revoke"),
    path("<int:pk>/<int:building_pk>/", lobby.lobby, name="lobby"),
    path("<int:pk>/<int:building_pk>/load/", lobby.load, name="load"),
    path("<int:pk>/<int:building_pk>/back/", lobby.back, name="back"),
    path("<int:pk>/<int:building_pk>/write-off/", lobby.lobby_write_off, name="lobby_write_off"),
    path("<int:pk>/<int:building_pk>/found/", lobby.found, name="found"),
    path("<int:pk>/<int:building_pk>/pick-list/", lobby.pick_list, name="pick_list"),
    path("<int:pk>/<int:building_pk>/labels/", lobby.labels, name="labels"),
    path("visits/<int:pk>/", lobby.handover, name="handover"),
    path("photos/<uuid:pk>/", photo_views.photo, name="photo"),
    path("in/<int:pk>/kept/", absent_views.kept, name="kept"),
    path("kept/<int:pk>/hand-over/", absent_views.kept_hand_over, name="kept_hand_over"),
    path("kept/<int:pk>/until/", absent_views.kept_until, name="kept_until"),
    path("kept/<int:pk>/let-go/", absent_views.kept_let_go, name="kept_let_go"),
    path("totals/<str:code>/", distributions.totals_public, name="totals_public"),
]
