"""Apart from apps.py: Django counts what that imports among the configurations of the app."""

from django.contrib.admin.apps import AdminConfig


class PortalAdminConfig(AdminConfig):
    default_site = "compound.admin_site.PortalAdminSite"
