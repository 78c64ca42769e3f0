app_name = "lifts"
urlpatterns = []
