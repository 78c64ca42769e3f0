from django.urls import path

app_name = "testing_rounds"
urlpatterns: list = []
