"""Every address of the portal. A new name here needs its line in tests/test_permissions.py."""

from django.contrib import admin
from django.contrib.auth.views import LoginView, LogoutView
from django.urls import include, path
from django.views.i18n import set_language

from compound import views

urlpatterns = [
    path("", views.today, name="today"),
    path("login/", LoginView.as_view(template_name="login.html", redirect_authenticated_user=True), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("language/", set_language, name="set_language"),
    path("", include("residents.urls")),
    path("rounds/", include("rounds.urls")),
    path("notices/", include("notices.urls")),
    path("testing/", include("testing_rounds.urls")),
    path("reports/", include("reports.urls")),
    path("admin/", admin.site.urls),
]
