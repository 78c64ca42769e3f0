"""An Excel form brought, arranged by guess, by drag and by choosing, saved, and filled from a frozen report."""

import pytest
from django.urls import reverse
from openpyxl import load_workbook
from playwright.sync_api import expect

from compound.demo_reports import example_form
from reports.models import DailyReport, FormMapping, FormSheet
from tests.browser.test_desk_main_road import follow, log_in

pytestmark = pytest.mark.browser


def test_the_excel_form_is_filled(world, desk, quiet, tmp_path):
    upload = tmp_path / "街道日报.xlsx"
    upload.write_bytes(example_form())
    page = desk().new_page()
    log_in(page, "chen")
    page.locator(f'.top-nav a[href="{reverse("reports:home")}"]').click()
    page.locator('main form[action$="/freeze/"] button').click()
    page.wait_for_selector(".alert-success")

    page.locator(f'main a[href="{reverse("reports:forms", args=[world.jiamu.pk])}"]').first.click()
    follow(page, "reports:form_add", world.jiamu.pk)
    page.fill("[name=name]", "街道日报")
    page.set_input_files("[name=upload]", upload)
    page.locator("main form .btn-primary").click()
    page.wait_for_selector("[data-cell=A1]")

    page.fill('form[action$="/guess/"] [name=row]', "4")
    page.locator('form[action$="/guess/"] button').click()
    page.wait_for_selector(".alert-success")
    expect(page.locator(".is-placed")).to_have_count(9)

    palette = page.locator("#palette")
    palette.locator("summary").first.click()
    palette.locator('[data-field="report.day"]').drag_to(page.locator("[data-cell=G2]"))
    expect(page.locator("[data-cell=G2].is-placed")).to_be_visible()

    page.locator("[data-cell=C2]").click()
    expect(page.locator("#place-form [name=cell]")).to_have_value("C2")
    page.select_option("#place-form [name=field]", "compound.name")
    page.locator("#place-form .btn-primary").click()
    expect(page.locator(".is-placed")).to_have_count(11)
    page.locator("#save-area .btn-primary").click()
    page.wait_for_selector("#save-area .o-done")

    with quiet():
        report, form = DailyReport.objects.get(), FormSheet.objects.get()
        assert FormMapping.objects.get().places == form.places
    page.goto(report.get_absolute_url())
    with page.expect_download() as download:
        follow(page, "reports:filled", report.pk, form.pk)
    download.value.save_as(tmp_path / "filled.xlsx")
    sheet = load_workbook(tmp_path / "filled.xlsx")["日报"]
    told = [sheet["C2"].value, sheet["G2"].value.date(), sheet["D5"].value, sheet["D6"].value, sheet["D11"].value]
    assert told == ["佳木大厦", report.day, 7, 2, "=SUM(D5:D10)"]
