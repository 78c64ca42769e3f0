"""Addresses of funds, their books, and the page neighbours read by a secret link."""

from django.urls import path

from money import closing_views as closings
from money import expense_views as expenses
from money import gift_views as gifts
from money import public_views as public
from money import views

app_name = "money"
urlpatterns = [
    path("", views.home, name="home"),
    path("in/<int:pk>/", views.compound, name="compound"),
    path("in/<int:pk>/add/", views.fund_add, name="fund_add"),
    path("<int:pk>/", views.fund, name="fund"),
    path("<int:pk>/settings/", views.settings, name="settings"),
    path("<int:pk>/duty/", views.duty, name="duty"),
    path("<int:pk>/gifts/add/", gifts.gift_add, name="gift_add"),
    path("<int:pk>/goods/add/", gifts.goods_add, name="goods_add"),
    path("<int:pk>/expenses/add/", expenses.expense_add, name="expense_add"),
    path("<int:pk>/move/", views.move, name="move"),
    path("<int:pk>/count/", views.count, name="count"),
    path("<int:pk>/statement/", views.statement, name="statement"),
    path("<int:pk>/gear/", views.gear, name="gear"),
    path("<int:pk>/chat/", views.chat, name="chat"),
    path("<int:pk>/link/", public.link, name="link"),
    path("<int:pk>/revoke/", public.revoke, name="revoke"),
    path("<int:pk>/close/", closings.closing_add, name="closing_add"),
    path("entries/<int:pk>/", views.entry, name="entry"),
    path("entries/<int:pk>/reverse/", views.reverse, name="reverse"),
    path("counts/<int:pk>/explain/", views.explain, name="explain"),
    path("gifts/<int:pk>/", gifts.gift, name="gift"),
    path("gifts/<int:pk>/rename/", gifts.gift_rename, name="gift_rename"),
    path("gifts/<int:pk>/giver/", gifts.gift_reveal, name="gift_reveal"),
    path("gifts/<int:pk>/forget/", gifts.gift_forget, name="gift_forget"),
    path("gifts/<int:pk>/return/", gifts.gift_return, name="gift_return"),
    path("expenses/<int:pk>/", expenses.expense, name="expense"),
    path("expenses/<int:pk>/approve/", expenses.approve, name="approve"),
    path("expenses/<int:pk>/decline/", expenses.decline, name="decline"),
    path("expenses/<int:pk>/withdraw/", expenses.withdraw, name="withdraw"),
    path("expenses/<int:pk>/receipts/add/", expenses.receipt_add, name="receipt_add"),
    path("expenses/<int:pk>/lines/<int:line_pk>/batch/", expenses.line_batch, name="line_batch"),
    path("receipts/<int:pk>/", expenses.receipt, name="receipt"),
    path("closings/<int:pk>/", closings.closing, name="closing"),
    path("closings/<int:pk>/confirm/", closings.closing_confirm, name="closing_confirm"),
    path("closings/<int:pk>/withdraw/", closings.closing_withdraw, name="closing_withdraw"),
    path("closings/<int:pk>/finish/", closings.closing_finish, name="closing_finish"),
    path("shares/<int:pk>/pay/", closings.share_pay, name="share_pay"),
    path("shares/<int:pk>/leave/", closings.share_leave, name="share_leave"),
    path("public/<str:code>/", public.public, name="public"),
]
