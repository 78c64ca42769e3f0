"""Looking things up. All of it is facts: nobody adds, changes or deletes them here. Who asked is not shown."""

from django.contrib import admin

from residents.scoped_admin import FactAdmin
from sharing.models import (
    Corner,
    CornerStep,
    Drive,
    DriveStep,
    Offer,
    Part,
    Pledge,
    Portion,
    Reservation,
    Wish,
)


@admin.register(Corner)
class CornerAdmin(FactAdmin):
    compound_path = "compound"
    list_display = ["compound", "most_reservations", "most_pieces", "hold_minutes", "paused_at"]
    list_select_related = ["compound"]


@admin.register(Offer)
class OfferAdmin(FactAdmin):
    compound_path = "compound"
    list_display = ["made_at", "what", "quantity", "promised", "given", "use_by"]
    list_filter = ["category"]


@admin.register(Reservation)
class ReservationAdmin(FactAdmin):
    compound_path = "offer__compound"
    list_display = ["made_at", "offer", "quantity", "state", "until"]
    list_filter = ["state"]
    list_select_related = ["offer"]


@admin.register(Wish)
class WishAdmin(FactAdmin):
    compound_path = "compound"
    exclude = ["household", "typed_by", "slot"]
    list_display = ["made_at", "what", "quantity", "covered", "until"]
    list_filter = ["category"]


@admin.register(CornerStep)
class CornerStepAdmin(FactAdmin):
    compound_path = "offer__compound"
    list_display = ["at", "kind", "offer", "quantity", "by", "reason"]
    list_filter = ["kind"]
    list_select_related = ["offer", "by"]


@admin.register(Drive)
class DriveAdmin(FactAdmin):
    compound_path = "compound"
    list_display = ["made_at", "title", "building", "state", "result_count"]
    list_filter = ["state"]
    list_select_related = ["building"]


@admin.register(Part)
class PartAdmin(FactAdmin):
    compound_path = "drive__compound"
    list_display = ["drive", "name", "quantity", "pledged", "unit"]
    list_select_related = ["drive"]


@admin.register(Pledge)
class PledgeAdmin(FactAdmin):
    compound_path = "part__drive__compound"
    list_display = ["made_at", "part", "quantity", "state"]
    list_filter = ["state"]
    list_select_related = ["part"]


@admin.register(Portion)
class PortionAdmin(FactAdmin):
    compound_path = "drive__compound"
    list_display = ["at", "drive", "household", "by"]
    list_select_related = ["drive", "household__door__building", "by"]


@admin.register(DriveStep)
class DriveStepAdmin(FactAdmin):
    compound_path = "drive__compound"
    list_display = ["at", "kind", "drive", "quantity", "by", "reason"]
    list_filter = ["kind"]
    list_select_related = ["drive", "by"]
