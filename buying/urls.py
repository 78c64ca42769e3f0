from buying.arriving_urls import arriving_urlpatterns

app_name = "buying"
urlpatterns = [
    *arriving_urlpatterns,
]
