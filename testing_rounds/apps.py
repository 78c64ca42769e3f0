from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TestingRoundsConfig(AppConfig):
    name = "testing_rounds"
    verbose_name = _("Testing rounds")
