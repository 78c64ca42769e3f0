from django.urls import path

from sanitation import log_views as log
from sanitation import views

app_name = "sanitation"
urlpatterns = [
    path("", views.home, name="home"),
    path("in/<int:pk>/", views.compound, name="compound"),
    path("in/<int:pk>/collect/", views.plan, name="plan"),
    path("routes/<int:pk>/", views.route, name="route"),
    path("routes/<int:pk>/next-pass/", views.next_pass, name="next_pass"),
    path("in/<int:pk>/yellow/", views.yellow, name="yellow"),
    path("in/<int:pk>/yellow/store/", views.yellow_store, name="yellow_store"),
    path("in/<int:pk>/yellow/fetched/", views.yellow_fetch, name="yellow_fetch"),
    path("yellow/<int:pk>/take-back/", views.yellow_back, name="yellow_back"),
    path("in/<int:pk>/disinfections/", log.disinfections, name="disinfections"),
    path("in/<int:pk>/disinfections/add/", log.disinfection_add, name="disinfection_add"),
    path("in/<int:pk>/disinfections/written/", log.write_down_add, name="write_down"),
    path("disinfections/<int:pk>/", log.disinfection, name="disinfection"),
    path("disinfections/<int:pk>/spray/", log.spray, name="spray"),
    path("disinfections/<int:pk>/done/", log.finish, name="finish"),
    path("disinfections/<int:pk>/call-off/", log.end_early, name="call_off"),
    path("disinfections/<int:pk>/correct/", log.correct, name="correct"),
]
