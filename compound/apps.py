from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CompoundConfig(AppConfig):
    name = "compound"
    verbose_name = _("Compound")
