from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LiftsConfig(AppConfig):
    name = "lifts"
    verbose_name = _("Lift call-down")
