"""Every address of the portal. A new name here needs its line in tests/test_permissions.py."""

from django.conf import settings
from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LogoutView
from django.urls import include, path
from django.views.i18n import set_language

from compound import (
    account,
    health,
    home_antigen,
    home_buying,
    home_care,
    home_complaints,
    home_medicine,
    household,
    ladder,
    opening,
    second_factor,
    shift_gear,
    surplus,
    turned_positive,
    views,
    visits,
    volunteer_day,
)
from compound.following import follow_marks
from compound.home_data import home_data
from compound.home_notices import home_notice
from compound.home_sharing import (
    home_pledge,
    home_pledge_end,
    home_share_new,
    home_share_offer,
    home_share_reservation,
    home_share_wish,
)
from compound.home_visits import queues_of
from compound.phone_urls import phone_urlpatterns
from compound.photo_sync import sync_photo
from compound.sync import sync
from reports.lift_log import lift_disinfections
from rounds import paper_views
from rounds import views as round_views
from sanitation import log_views as sanitation_log
from testing_rounds import people_views

urlpatterns = [
    path("", views.today, name="today"),
    path("login/", views.login, name="login"),
    path("second-factor/", second_factor.second_factor, name="second_factor"),
    path("second-factor/set-up/", second_factor.second_factor_enrol, name="second_factor_enrol"),
    path("second-factor/codes/", second_factor.second_factor_codes, name="second_factor_codes"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("me/", account.account, name="account"),
    path("me/email/<str:token>/", account.email_confirm, name="email_confirm"),
    path("language/", login_not_required(set_language), name="set_language"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("status/", health.status, name="status"),
    path("sync/", sync, name="sync"),
    path("sync/photos/<uuid:pk>/", sync_photo, name="sync_photo"),
    *phone_urlpatterns,
    path("h/<str:secret>/", household.home, name="home"),
    path("h/<str:secret>/data/", home_data, name="home_data"),
    path("h/<str:secret>/share/<slug:what>/", home_share_new, name="home_share_new"),
    path("h/<str:secret>/share/offers/<int:pk>/<slug:deed>/", home_share_offer, name="home_share_offer"),
    path("h/<str:secret>/share/held/<int:pk>/<slug:deed>/", home_share_reservation, name="home_share_reservation"),
    path("h/<str:secret>/share/wishes/<int:pk>/<slug:deed>/", home_share_wish, name="home_share_wish"),
    path("h/<str:secret>/drives/parts/<int:pk>/", home_pledge, name="home_pledge"),
    path("h/<str:secret>/drives/pledges/<int:pk>/end/", home_pledge_end, name="home_pledge_end"),
    path("h/<str:secret>/antigen/<int:visit_pk>/", home_antigen.home_tell, name="home_tell"),
    path("h/<str:secret>/care/", home_care.home_need_new, name="home_need_new"),
    path("h/<str:secret>/care/<int:pk>/<slug:deed>/", home_care.home_need, name="home_need"),
    path("h/<str:secret>/buying/<int:order_pk>/", home_buying.home_buying, name="home_buying"),
    path("h/<str:secret>/buying/<int:order_pk>/live/", home_buying.home_buying_live, name="home_buying_live"),
    path("h/<str:secret>/brought/<int:visit_pk>/", home_complaints.home_complain, name="home_complain"),
    path("h/<str:secret>/doctor/", home_medicine.home_ask, name="home_ask"),
    path("h/<str:secret>/doctor/<int:pk>/<slug:deed>/", home_medicine.home_question, name="home_question"),
    path("h/<str:secret>/medicine/<int:pk>/<slug:deed>/", home_medicine.home_errand, name="home_errand"),
    path("h/<str:secret>/notices/<int:notice_pk>/", home_notice, name="home_notice"),
    path("", include("residents.urls")),
    path("rounds/<int:pk>/open/", opening.round_open, name="round_open"),
    path("volunteers/<int:pk>/day/", volunteer_day.volunteer_day, name="volunteer_day"),
    path("volunteers/<int:pk>/positive/", turned_positive.volunteer_positive, name="volunteer_positive"),
    path("volunteers/positive/<int:pk>/", turned_positive.volunteer_positive_record, name="volunteer_positive_record"),
    path("shifts/<int:pk>/gear/", shift_gear.shift_gear, name="shift_gear"),
    path("visits/<int:pk>/", visits.visit, name="visit"),
    path("visits/<int:pk>/mark/", visits.visit_mark, name="visit_mark"),
    path("visits/<int:pk>/undo/<uuid:mark_pk>/", visits.mark_undo, name="mark_undo"),
    path("visits/<int:pk>/settle/", visits.conflict_settle, name="conflict_settle"),
    path("rounds/<int:pk>/paper/", paper_views.rekey, {"follow": follow_marks}, name="rekey"),
    # Before the testing rooms' own address of it, and the same: here the queue of the lifts is known.
    path("testing/<int:pk>/people/", people_views.people, {"queues": queues_of}, name="round_people"),
    path("rounds/held/<int:pk>/apply/", round_views.held_apply, {"follow": follow_marks}, name="held_apply"),
    path("rounds/", include("rounds.urls")),
    path("notices/all/<int:pk>/knock/", ladder.notice_knock, name="notice_knock"),
    path("notices/", include("notices.urls")),
    path("testing/", include("testing_rounds.urls")),
    path("lifts/", include("lifts.urls")),
    path("supplies/", include("supplies.urls")),
    path("sharing/", include("sharing.urls")),
    path("buying/<int:pk>/leftover/", surplus.buying_leftover, name="buying_leftover"),
    path("buying/", include("buying.urls")),
    path("care/", include("care.urls")),
    path("medicine/", include("medicine.urls")),
    path("shifts/", include("shifts.urls")),
    # Before the room's own address of it, and the same: here what the lifts log by themselves is known.
    path(
        "sanitation/in/<int:pk>/disinfections/",
        sanitation_log.disinfections,
        {"beside": lift_disinfections},
        name="disinfection_log",
    ),
    path("sanitation/", include("sanitation.urls")),
    path("clock/", include("clock.urls")),
    path("money/", include("money.urls")),
    path("reports/", include("reports.urls")),
    path(settings.ADMIN_PATH, admin.site.urls),
]
