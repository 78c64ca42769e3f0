"""Places, people and volunteers. A new name here needs its line in tests/test_permissions.py."""

from django.urls import path

from residents.roster_urls import roster_urlpatterns
from residents.views import doors, links, merging, people, places, posts, privacy, purge, volunteers

app_name = "residents"
urlpatterns = [
    path("compounds/", places.compounds, name="compounds"),
    path("compounds/<int:pk>/", places.compound, name="compound"),
    path("compounds/<int:pk>/buildings/add/", places.building_add, name="building_add"),
    path("compounds/<int:pk>/posts/", posts.posts, name="posts"),
    path("compounds/<int:pk>/volunteers/", volunteers.volunteers, name="volunteers"),
    path("compounds/<int:pk>/volunteers/add/", volunteers.volunteer_add, name="volunteer_add"),
    path("buildings/<int:pk>/", places.building, name="building"),
    path("buildings/<int:pk>/edit/", places.building_edit, name="building_edit"),
    path("buildings/<int:pk>/links/", links.links, name="links"),
    path("buildings/<int:pk>/links/issue/", links.links_issue, name="links_issue"),
    path("doors/<int:pk>/households/add/", people.household_add, name="household_add"),
    path("doors/<int:pk>/join/", doors.door_join, name="door_join"),
    path("doors/<int:pk>/separate/", doors.door_separate, name="door_separate"),
    path("households/<int:pk>/", people.household, name="household"),
    path("households/<int:pk>/edit/", people.household_edit, name="household_edit"),
    path("households/<int:pk>/move-out/", people.household_move_out, name="household_move_out"),
    path("households/<int:pk>/link/new/", links.link_reissue, name="link_reissue"),
    path("households/<int:pk>/link/end/", links.link_revoke, name="link_revoke"),
    path("households/<int:pk>/residents/add/", people.resident_add, name="resident_add"),
    path("residents/<int:pk>/edit/", people.resident_edit, name="resident_edit"),
    path("residents/<int:pk>/move-out/", people.resident_move_out, name="resident_move_out"),
    path("residents/<int:pk>/reveal/", people.resident_reveal, name="resident_reveal"),
    path("residents/<int:pk>/same-person/", merging.resident_lookalikes, name="resident_lookalikes"),
    path("residents/<int:pk>/merge/<int:other_pk>/", merging.resident_merge, name="resident_merge"),
    path("merges/<int:pk>/", merging.merge, name="merge"),
    path("search/", places.search, name="search"),
    path("volunteers/<int:pk>/", volunteers.volunteer, name="volunteer"),
    path("volunteers/<int:pk>/edit/", volunteers.volunteer_edit, name="volunteer_edit"),
    path("compounds/<int:pk>/volunteers/training/", volunteers.training_gate, name="training_gate"),
    path("volunteers/<int:pk>/invite/", volunteers.volunteer_invite, name="volunteer_invite"),
    path("volunteers/<int:pk>/end/", volunteers.volunteer_end, name="volunteer_end"),
    path("devices/<uuid:pk>/end/", volunteers.device_end, name="device_end"),
    path("compounds/<int:pk>/privacy/", privacy.privacy, name="privacy"),
    path("compounds/<int:pk>/privacy/days/<slug:code>/", privacy.privacy_days, name="privacy_days"),
    path("compounds/<int:pk>/privacy/looks/", privacy.privacy_log, name="privacy_log"),
    path("compounds/<int:pk>/purge/", purge.purge, name="purge"),
    path("compounds/<int:pk>/purge/ask/", purge.purge_ask, name="purge_ask"),
    path("purges/<int:pk>/approve/", purge.purge_approve, name="purge_approve"),
    path("purges/<int:pk>/withdraw/", purge.purge_withdraw, name="purge_withdraw"),
    path("purges/<int:pk>/status/", purge.purge_status, name="purge_status"),
    path("purges/<int:pk>/certificate/", purge.purge_certificate, name="purge_certificate"),
    path("purges/<int:pk>/certificate.json", purge.purge_certificate_file, name="purge_certificate_file"),
    *roster_urlpatterns,
]
