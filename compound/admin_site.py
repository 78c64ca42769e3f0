"""The administration's frame: one login for the whole portal, and no side door past the scopes."""

from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

# Django's Chinese lacks these; named here, our catalog says them.
LACKING = (
    _("Model name"),
    _("Add link"),
    _("Change or view list link"),
    _("After you’ve created a user, you’ll be able to edit more user options."),
)


class PortalAdminSite(admin.AdminSite):
    site_header = site_title = _("Administration")
    enable_nav_sidebar = False

    def get_urls(self):
        """Without `r/…`, which leads to any object by its number and so tells whether there is one."""
        return [url for url in super().get_urls() if getattr(url, "name", "") != "view_on_site"]

    def login(self, request, extra_context=None):
        """The portal's own, which counts wrong passwords. Who is signed in and no staff finds nothing here."""
        if request.user.is_authenticated:
            raise Http404
        return redirect_to_login(request.GET.get("next") or reverse("admin:index"))
