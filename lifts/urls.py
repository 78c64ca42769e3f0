from django.urls import path

from lifts import caller_views as caller
from lifts import lobby_views as lobby
from lifts import views

app_name = "lifts"
urlpatterns = [
    path("round/<int:pk>/", views.round_page, name="round"),
    path("round/<int:pk>/plan/", views.plan, name="plan"),
    path("<int:pk>/", views.call_down, name="call_down"),
    path("<int:pk>/settings/", views.settings, name="settings"),
    path("<int:pk>/end/", views.end, name="end"),
    path("<int:pk>/resume/", views.resume, name="resume"),
    path("<int:pk>/go-ahead/", views.go_ahead, name="go_ahead"),
    path("<int:pk>/log/", views.log, name="log"),
    path("<int:pk>/log.csv", views.log_csv, name="log_csv"),
    path("<int:pk>/call/", caller.caller, name="caller"),
    path("<int:pk>/call/live/", caller.caller_live, name="caller_live"),
    path("<int:pk>/home-visits/", caller.home_visits, name="home_visits"),
    path("<int:pk>/lift/<int:lift_pk>/press/", caller.press_next, name="press"),
    path("<int:pk>/lift/<int:lift_pk>/no-show/", caller.no_show, name="no_show"),
    path("<int:pk>/lift/<int:lift_pk>/undo/", caller.undo, name="undo"),
    path("<int:pk>/lift/<int:lift_pk>/out/", caller.lift_out, name="lift_out"),
    path("<int:pk>/lift/<int:lift_pk>/back/", caller.lift_back, name="lift_back"),
    path("<int:pk>/lift/<int:lift_pk>/reserve/", caller.lift_reserve, name="lift_reserve"),
    path("<int:pk>/lift/<int:lift_pk>/together/", caller.together, name="together"),
    path("turn/<int:pk>/move/", caller.turn_move, name="turn_move"),
    path("<int:pk>/lobby/", lobby.lobby, name="lobby"),
    path("<int:pk>/lobby/live/", lobby.lobby_live, name="lobby_live"),
    path("<int:pk>/lobby/link/", lobby.lobby_link, name="lobby_link"),
    path("<int:pk>/lobby/revoke/", lobby.lobby_revoke, name="lobby_revoke"),
    path("lobby/<str:code>/", lobby.lobby_public, name="lobby_public"),
    path("lobby/<str:code>/live/", lobby.lobby_public_live, name="lobby_public_live"),
]
