from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BuyingConfig(AppConfig):
    name = "buying"
    verbose_name = _("Group buying")
