from django.urls import path

from reports import (
    buying_views,
    daily_views,
    form_views,
    medicine_views,
    money_views,
    sharing_views,
    supply_views,
    views,
)

app_name = "reports"
urlpatterns = [
    path("", daily_views.home, name="home"),
    path("compounds/<int:pk>/", daily_views.daily, name="daily"),
    path("compounds/<int:pk>/freeze/", daily_views.freeze, name="freeze"),
    path("compounds/<int:pk>/deadline/", daily_views.deadline, name="deadline"),
    path("compounds/<int:pk>/day/<slug:day>/", daily_views.versions, name="versions"),
    path("compounds/<int:pk>/tonight/", daily_views.tonight, name="tonight"),
    path("compounds/<int:pk>/tonight/<slug:what>.<slug:ending>", daily_views.tonight_list, name="tonight_list"),
    path("compounds/<int:pk>/forms/", form_views.forms, name="forms"),
    path("compounds/<int:pk>/forms/add/", form_views.form_add, name="form_add"),
    path("<int:pk>/", daily_views.report, name="report"),
    path("<int:pk>/bulletin/", daily_views.bulletin, name="bulletin"),
    path("<int:pk>/figures.<slug:ending>", daily_views.report_list, name="report_list"),
    path("<int:pk>/in/<int:form_pk>.xlsx", form_views.filled, name="filled"),
    path("forms/<int:pk>/", form_views.form, name="form"),
    path("forms/<int:pk>/place/", form_views.form_place, name="form_place"),
    path("forms/<int:pk>/take-out/", form_views.form_take_out, name="form_take_out"),
    path("forms/<int:pk>/guess/", form_views.form_guess, name="form_guess"),
    path("forms/<int:pk>/save/", form_views.form_save, name="form_save"),
    path("forms/<int:pk>/end/", form_views.form_end, name="form_end"),
    path("rounds/<int:pk>/evening/", views.evening, name="evening"),
    path("rounds/<int:pk>/<slug:what>.<slug:ending>", views.export, name="export"),
    path("buying/<int:pk>/<slug:what>.<slug:ending>", buying_views.buying, name="buying"),
    path("medicine/in/<int:pk>/runner.<slug:ending>", medicine_views.medicine, name="medicine"),
    path("money/<int:pk>/<slug:what>.<slug:ending>", money_views.money, name="money"),
    path("sharing/in/<int:pk>/<slug:what>.<slug:ending>", sharing_views.sharing, name="sharing"),
    path("sharing/drives/<int:pk>/route.<slug:ending>", sharing_views.drive, name="drive"),
    path("supplies/in/<int:pk>/<slug:what>.<slug:ending>", supply_views.store, name="store"),
    path("supplies/<int:pk>/<slug:what>.<slug:ending>", supply_views.supplies, name="supplies"),
]
