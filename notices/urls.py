from django.urls import path

from notices import channel_views, views

app_name = "notices"
urlpatterns = [
    path("", views.inbox, name="inbox"),
    path("read/", views.read_all, name="read_all"),
    path("<int:pk>/read/", views.read, name="read"),
    path("channels/", channel_views.channels, name="channels"),
    path("outbox/", views.outbox, name="outbox"),
    path("outbox/retry/", views.retry_all, name="retry_all"),
    path("<int:pk>/retry/", views.retry, name="retry"),
    path("compounds/<int:pk>/bots/", channel_views.bots, name="bots"),
    path("bots/<int:pk>/", channel_views.bot_edit, name="bot_edit"),
    path("bots/<int:pk>/test/", channel_views.bot_test, name="bot_test"),
    path("bots/<int:pk>/switch/", channel_views.bot_switch, name="bot_switch"),
]
