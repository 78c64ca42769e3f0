import django.db.models.deletion
import django.db.models.expressions
import django.utils.timezone
import uuid6
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("residents", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Round",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "compound",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rounds",
                        to="residents.compound",
                        verbose_name="compound",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("pcr", "PCR test"),
                            ("recall", "recall of a tube"),
                            ("antigen", "antigen test"),
                            ("notify", "knock and tell"),
                            ("leaflet", "leaflet"),
                            ("welfare", "welfare check"),
                            ("waste", "door-to-door rubbish"),
                            ("supplies", "hand-out of supplies"),
                        ],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                (
                    "number",
                    models.PositiveIntegerField(help_text="Counted per compound and kind.", verbose_name="number"),
                ),
                ("title", models.CharField(blank=True, max_length=80, verbose_name="title")),
                ("starts_at", models.DateTimeField(verbose_name="starts at")),
                ("ends_at", models.DateTimeField(verbose_name="ends at")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "draft"),
                            ("open", "open"),
                            ("closed", "closed"),
                            ("cancelled", "cancelled"),
                        ],
                        default="draft",
                        editable=False,
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("opened_at", models.DateTimeField(blank=True, editable=False, null=True, verbose_name="opened at")),
                ("closed_at", models.DateTimeField(blank=True, editable=False, null=True, verbose_name="closed at")),
                (
                    "floors_per_segment",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="Set: volunteers take free segments of about this many floors themselves.",
                        null=True,
                        verbose_name="floors a segment",
                    ),
                ),
                (
                    "buildings",
                    models.ManyToManyField(related_name="rounds", to="residents.building", verbose_name="buildings"),
                ),
            ],
            options={
                "verbose_name": "round",
                "verbose_name_plural": "rounds",
                "ordering": ["-starts_at", "-pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("compound", "kind", "number"), name="round_number_once"),
                    models.CheckConstraint(
                        condition=models.Q(("ends_at__gt", models.F("starts_at"))), name="round_ends_after_start"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("opened_at", None), ("state", "draft")),
                            ("state", "cancelled"),
                            ("opened_at__isnull", False),
                            _connector="OR",
                        ),
                        name="round_opened_has_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at__isnull", False), ("state", "closed")),
                            models.Q(models.Q(("state", "closed"), _negated=True), ("closed_at", None)),
                            _connector="OR",
                        ),
                        name="round_closed_has_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("floors_per_segment", None), ("floors_per_segment__gte", 1), _connector="OR"
                        ),
                        name="round_segment_has_floors",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Visit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="visits",
                        to="rounds.round",
                        verbose_name="round",
                    ),
                ),
                (
                    "household",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="visits",
                        to="residents.household",
                        verbose_name="household",
                    ),
                ),
                (
                    "building",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="visits",
                        to="residents.building",
                        verbose_name="building",
                    ),
                ),
                ("entrance", models.CharField(blank=True, max_length=10, verbose_name="entrance")),
                ("floor", models.SmallIntegerField(verbose_name="floor")),
                ("position", models.PositiveSmallIntegerField(default=1, verbose_name="place in the order")),
                ("room", models.CharField(max_length=20, verbose_name="room")),
                (
                    "joined_rooms",
                    models.JSONField(
                        blank=True,
                        default=list,
                        help_text="Rooms knocked through to this one, as painted on their doors.",
                        verbose_name="joined rooms",
                    ),
                ),
                (
                    "label",
                    models.CharField(
                        blank=True,
                        help_text="The masked name of who speaks for the household.",
                        max_length=20,
                        verbose_name="shown name",
                    ),
                ),
                (
                    "needs",
                    models.JSONField(
                        blank=True,
                        default=list,
                        help_text="Codes of the help needed at this door.",
                        verbose_name="help needed",
                    ),
                ),
                (
                    "expected_count",
                    models.PositiveSmallIntegerField(
                        help_text="People expected behind this door.", verbose_name="people expected"
                    ),
                ),
                (
                    "known",
                    models.JSONField(
                        blank=True,
                        default=dict,
                        help_text="Person number -> outcome that stood before anybody knocked.",
                        verbose_name="known before",
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("waiting", "not reached yet"),
                            ("done", "done"),
                            ("partly", "partly done"),
                            ("nobody_home", "nobody home"),
                            ("refused", "refused"),
                            ("elsewhere", "done elsewhere"),
                            ("exempt", "exempt"),
                            ("cleared", "taken back"),
                        ],
                        default="waiting",
                        max_length=12,
                        verbose_name="outcome",
                    ),
                ),
                ("done_count", models.PositiveSmallIntegerField(default=0, verbose_name="number done")),
                (
                    "extra_count",
                    models.PositiveSmallIntegerField(
                        default=0, help_text="People met who were not expected.", verbose_name="people met beside them"
                    ),
                ),
                (
                    "people",
                    models.JSONField(
                        blank=True,
                        default=dict,
                        help_text="Person number -> outcome, where told one by one.",
                        verbose_name="people one by one",
                    ),
                ),
                ("latest_at", models.DateTimeField(blank=True, null=True, verbose_name="latest mark at")),
                ("has_conflict", models.BooleanField(default=False, verbose_name="conflict")),
                (
                    "revised_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now,
                        help_text="When the folded state last changed.",
                        verbose_name="changed at",
                    ),
                ),
            ],
            options={
                "verbose_name": "visit",
                "verbose_name_plural": "visits",
                "ordering": ["round", "building", "entrance", "-floor", "position"],
                "constraints": [
                    models.UniqueConstraint(fields=("round", "household"), name="visit_once_per_household"),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "done_count__lte",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("expected_count"), "+", models.F("extra_count")
                                ),
                            )
                        ),
                        name="visit_done_within_expected",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "outcome__in",
                                [
                                    "waiting",
                                    "done",
                                    "partly",
                                    "nobody_home",
                                    "refused",
                                    "elsewhere",
                                    "exempt",
                                    "cleared",
                                ],
                            )
                        ),
                        name="visit_outcome_known",
                    ),
                ],
                "indexes": [models.Index(fields=["round", "revised_at"], name="visit_round_revised")],
            },
        ),
        migrations.CreateModel(
            name="Mark",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid6.uuid7, editable=False, primary_key=True, serialize=False, verbose_name="id"
                    ),
                ),
                (
                    "visit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="marks",
                        to="rounds.visit",
                        verbose_name="visit",
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("waiting", "not reached yet"),
                            ("done", "done"),
                            ("partly", "partly done"),
                            ("nobody_home", "nobody home"),
                            ("refused", "refused"),
                            ("elsewhere", "done elsewhere"),
                            ("exempt", "exempt"),
                            ("cleared", "taken back"),
                        ],
                        max_length=12,
                        verbose_name="outcome",
                    ),
                ),
                ("people", models.JSONField(blank=True, default=dict, verbose_name="people one by one")),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="note")),
                (
                    "details",
                    models.JSONField(
                        blank=True,
                        default=dict,
                        help_text="What the room of this kind of round reads, as short texts.",
                        verbose_name="details",
                    ),
                ),
                ("undoes", models.UUIDField(blank=True, null=True, verbose_name="undoes")),
                ("saw", models.UUIDField(blank=True, null=True, verbose_name="newest mark seen")),
                (
                    "marked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="marked by",
                    ),
                ),
                (
                    "walked_by",
                    models.ForeignKey(
                        blank=True,
                        help_text="Who was at the door, where somebody else typed it from paper.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="residents.volunteer",
                        verbose_name="walked by",
                    ),
                ),
                (
                    "device",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="marks",
                        to="residents.device",
                        verbose_name="phone",
                    ),
                ),
                ("seq", models.PositiveBigIntegerField(blank=True, null=True, verbose_name="number on the phone")),
                ("marked_at", models.DateTimeField(verbose_name="marked at")),
                ("sent_at", models.DateTimeField(verbose_name="sent by the phone at")),
                ("received_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="received at")),
                ("happened_at", models.DateTimeField(verbose_name="happened at")),
                (
                    "is_late",
                    models.BooleanField(
                        default=False, help_text="Arrived after the round was closed.", verbose_name="late"
                    ),
                ),
            ],
            options={
                "verbose_name": "mark",
                "verbose_name_plural": "marks",
                "ordering": ["visit", "happened_at", "id"],
                "constraints": [
                    models.UniqueConstraint(fields=("device", "seq"), name="mark_seq_once_per_device"),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "outcome__in",
                                frozenset(
                                    ["cleared", "done", "elsewhere", "exempt", "nobody_home", "partly", "refused"]
                                ),
                            )
                        ),
                        name="mark_outcome_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("device", None), ("seq", None)),
                            models.Q(("device__isnull", False), ("seq__isnull", False)),
                            _connector="OR",
                        ),
                        name="mark_seq_with_device",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("outcome", "cleared"), ("undoes__isnull", False)),
                            models.Q(models.Q(("outcome", "cleared"), _negated=True), ("undoes", None)),
                            _connector="OR",
                        ),
                        name="mark_undoes_when_cleared",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Assignment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="assignments",
                        to="rounds.round",
                        verbose_name="round",
                    ),
                ),
                (
                    "volunteer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="assignments",
                        to="residents.volunteer",
                        verbose_name="volunteer",
                    ),
                ),
                (
                    "building",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="residents.building",
                        verbose_name="building",
                    ),
                ),
                (
                    "entrance",
                    models.CharField(
                        blank=True, help_text="Empty: all entrances.", max_length=10, verbose_name="entrance"
                    ),
                ),
                ("floor_from", models.SmallIntegerField(blank=True, null=True, verbose_name="from floor")),
                ("floor_to", models.SmallIntegerField(blank=True, null=True, verbose_name="to floor")),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="created by",
                    ),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="created at")),
                ("released_at", models.DateTimeField(blank=True, null=True, verbose_name="given back at")),
                (
                    "released_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="given back by",
                    ),
                ),
                ("release_reason", models.CharField(blank=True, max_length=200, verbose_name="why given back")),
                (
                    "leased_until",
                    models.DateTimeField(
                        blank=True,
                        help_text="Taken by the volunteer until then, unless heard from. Empty: given out.",
                        null=True,
                        verbose_name="leased until",
                    ),
                ),
            ],
            options={
                "verbose_name": "assignment",
                "verbose_name_plural": "assignments",
                "ordering": ["round", "building", "entrance", "-floor_to", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("floor_from", None),
                            ("floor_to", None),
                            ("floor_from__lte", models.F("floor_to")),
                            _connector="OR",
                        ),
                        name="assignment_floors_in_order",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("leased_until", None),
                            models.Q(("floor_from__isnull", False), ("floor_to__isnull", False)),
                            _connector="OR",
                        ),
                        name="assignment_lease_has_floors",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("released_by", None), ("released_at__isnull", False), _connector="OR"),
                        name="assignment_released_by_somebody",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("leased_until__isnull", False), ("released_at", None)),
                        fields=("round", "building", "entrance", "floor_from", "floor_to"),
                        name="assignment_segment_claimed_once",
                    ),
                ],
                "indexes": [models.Index(fields=["round", "building"], name="assignment_round_building")],
            },
        ),
        migrations.CreateModel(
            name="RoundEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="events",
                        to="rounds.round",
                        verbose_name="round",
                    ),
                ),
                (
                    "step",
                    models.CharField(
                        choices=[
                            ("opened", "opened"),
                            ("closed", "closed"),
                            ("reopened", "reopened"),
                            ("cancelled", "cancelled"),
                        ],
                        max_length=10,
                        verbose_name="step",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="by whom",
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="at")),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="reason")),
            ],
            options={
                "verbose_name": "round event",
                "verbose_name_plural": "round events",
                "ordering": ["at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="HeldMark",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("mark_id", models.CharField(blank=True, max_length=64, verbose_name="id of the mark")),
                (
                    "device",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="held_marks",
                        to="residents.device",
                        verbose_name="phone",
                    ),
                ),
                ("seq", models.PositiveBigIntegerField(blank=True, null=True, verbose_name="number on the phone")),
                (
                    "digest",
                    models.CharField(
                        help_text="Fingerprint of the content, so that a repeat is known.",
                        max_length=64,
                        verbose_name="fingerprint",
                    ),
                ),
                ("payload", models.JSONField(verbose_name="content as it came")),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("bad_id", "the mark has no usable id"),
                            ("bad_mark", "the mark is incomplete or holds a value that is not allowed"),
                            ("unknown_visit", "no such door in a round"),
                            ("not_assigned", "the door was not assigned to this volunteer"),
                            ("not_open", "the round is cancelled or not open yet"),
                            ("other_content", "the same mark came before with other content"),
                            ("seq_reused", "this number was already used by another mark of the phone"),
                            ("device_ended", "the phone was signed out"),
                        ],
                        max_length=16,
                        verbose_name="reason",
                    ),
                ),
                (
                    "compound",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="held_marks",
                        to="residents.compound",
                        verbose_name="compound",
                    ),
                ),
                (
                    "visit",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="held_marks",
                        to="rounds.visit",
                        verbose_name="visit",
                    ),
                ),
                ("sent_at", models.DateTimeField(verbose_name="sent by the phone at")),
                ("received_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="received at")),
                (
                    "decision",
                    models.CharField(
                        blank=True,
                        choices=[("applied", "counted"), ("dismissed", "set aside")],
                        default="",
                        max_length=10,
                        verbose_name="decision",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="decided by",
                    ),
                ),
                ("decided_at", models.DateTimeField(blank=True, null=True, verbose_name="decided at")),
                ("decision_note", models.CharField(blank=True, max_length=200, verbose_name="note on the decision")),
            ],
            options={
                "verbose_name": "held mark",
                "verbose_name_plural": "held marks",
                "ordering": ["-received_at", "-pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("device", "digest"), name="held_mark_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at", None), ("decided_by", None), ("decision", "")),
                            models.Q(
                                models.Q(("decision", ""), _negated=True),
                                ("decided_at__isnull", False),
                                ("decided_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="held_mark_decided_by_somebody",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="visit",
            name="latest_mark",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="rounds.mark",
                verbose_name="latest mark",
            ),
        ),
    ]
