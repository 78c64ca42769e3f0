from django.urls import path

from notices import channel_views, ladder_views, notice_views, views

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
    path("all/", notice_views.notice_list, name="list"),
    path("compounds/<int:pk>/add/", notice_views.add, name="add"),
    path("compounds/<int:pk>/wordings/", notice_views.wordings, name="wordings"),
    path("compounds/<int:pk>/wordings/<slug:usual>/", notice_views.wording, name="wording"),
    path("all/<int:pk>/", notice_views.notice, name="notice"),
    path("all/<int:pk>/edit/", notice_views.edit, name="edit"),
    path("all/<int:pk>/check/", notice_views.check, name="check"),
    path("all/<int:pk>/drop/", notice_views.drop, name="drop"),
    path("all/<int:pk>/publish/", notice_views.publish, name="publish"),
    path("all/<int:pk>/correct/", notice_views.correct, name="correct"),
    path("all/<int:pk>/sheet/", ladder_views.sheet, name="sheet"),
    path("all/<int:pk>/slips/", ladder_views.slips, name="slips"),
    path("all/<int:pk>/step/", ladder_views.step, name="step"),
    path("all/<int:pk>/houses/<int:building_pk>/", ladder_views.house, name="house"),
    path("all/<int:pk>/houses/<int:building_pk>/tell/", ladder_views.tell, name="tell"),
    path("reached/<int:pk>/take-back/", ladder_views.untell, name="untell"),
]
