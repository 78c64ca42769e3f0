"""Daily reports hold counts and stay; forms of others go at the end."""

from django.utils.translation import gettext_lazy as _

from reports.models import DailyReport, FormMapping, FormSheet, ReportPlan
from residents.retention import IF_ANY, KeepClass, goes, keeps, register, stays

FORMS = KeepClass("forms", _("Excel forms set aside"), _("the day they were set aside"), days=90, low=7, high=365)

register(
    FORMS,
    goes(FormMapping, "sheet__compound", since="sheet__ended_at"),
    goes(FormSheet, "compound", since="ended_at"),
)
stays(
    _("Counts without names."),
    keeps(ReportPlan, "compound"),
    keeps(
        DailyReport,
        "compound",
        end={"reason": IF_ANY},
        plain=("body", "digest"),
    ),
)
