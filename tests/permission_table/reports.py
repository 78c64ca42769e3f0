"""Reports count a whole compound: stewards keep them, officers read counts, a lead has tonight's sheets alone."""

from reports.models import DailyReport, FormMapping, FormSheet
from reports.services import freeze_report

#                            method steward officer lead volunteer no-role nobody
PLAIN = {
    "reports:home":          ("GET",  302,    200,   302,  200,      200,    302),
}  # fmt: skip

# To a lead a compound's report does not exist; what a page of the compound itself refuses them is a 403.
OBJECT = {
    "reports:daily":         ("compound",     "GET",  200, 200, 404, None),
    "reports:freeze":        ("compound",     "POST", 422, 403, 403, None),  # today has been reported: why again?
    "reports:deadline":      ("compound",     "FORM", 200, 403, 403, None),
    "reports:versions":      ("report_day",   "GET",  200, 200, 404, None),
    "reports:tonight":       ("compound",     "GET",  200, 200, 200, None),
    "reports:tonight_list":  ("night_list",   "GET",  200, 403, 200, None),
    "reports:forms":         ("compound",     "GET",  200, 403, 403, None),
    "reports:form_add":      ("compound",     "FORM", 200, 403, 403, None),
    "reports:report":        ("report",       "GET",  200, 200, 404, None),
    "reports:bulletin":      ("report",       "GET",  200, 403, 404, None),
    "reports:report_list":   ("report_list",  "GET",  200, 200, 404, None),
    "reports:filled":        ("filled_form",  "GET",  302, 403, 404, None),
    "reports:form":          ("excel_form",   "GET",  200, 403, 404, None),
    "reports:form_place":    ("excel_form",   "POST", 422, 403, 404, None),
    "reports:form_take_out": ("excel_form",   "POST", 302, 403, 404, None),
    "reports:form_guess":    ("excel_form",   "POST", 422, 403, 404, None),
    "reports:form_save":     ("excel_form",   "POST", 302, 403, 404, None),
    "reports:form_end":      ("excel_form",   "POST", 302, 403, 404, None),
}  # fmt: skip

BY_SECRET: set = set()

MISSING = {
    "report_day": [10**9, "2022-04-10"],
    "night_list": [10**9, "missing", "csv"],
    "report_list": [10**9, "csv"],
    "filled_form": [10**9, 10**9],
}
GRID = [{"name": "S", "rows": 2, "columns": 2, "cells": [[1, 1, "x", ""]], "merged": []}]


def things(place):
    # The own compound lies in two of the three places.
    report = DailyReport.objects.filter(compound=place.compound).first()
    report = report or freeze_report(compound=place.compound, by=place.steward)
    form, is_new = FormSheet.objects.get_or_create(
        compound=place.compound,
        name="form",
        defaults={"file_name": "f.xlsx", "content": b"", "grid": GRID, "uploaded_by": place.steward},
    )
    if is_new:  # its figures go to a sheet the form no longer has: said, and back to the form
        places = [{"sheet": "gone", "row": 1, "column": 1, "field": "residents.people", "way": "cell"}]
        FormMapping.objects.create(sheet=form, version=1, by=place.steward, places=places)
    return {
        "report": [report.pk],
        "report_day": [place.compound.pk, report.day.isoformat()],
        "night_list": [place.compound.pk, "missing", "csv"],
        "report_list": [report.pk, "csv"],
        "excel_form": [form.pk],
        "filled_form": [report.pk, form.pk],
    }
