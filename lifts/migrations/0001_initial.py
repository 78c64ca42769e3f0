import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("residents", "0001_initial"),
        ("rounds", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="CallDownPlan",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "trip_seconds",
                    models.PositiveIntegerField(
                        default=420,
                        validators=[django.core.validators.MaxValueValidator(7200)],
                        verbose_name="there and back",
                    ),
                ),
                (
                    "extra_seconds",
                    models.PositiveIntegerField(
                        default=300,
                        validators=[django.core.validators.MaxValueValidator(7200)],
                        verbose_name="more for who needs time",
                    ),
                ),
                (
                    "disinfect_seconds",
                    models.PositiveIntegerField(
                        default=120,
                        validators=[django.core.validators.MaxValueValidator(7200)],
                        verbose_name="disinfecting",
                    ),
                ),
                (
                    "dwell_seconds",
                    models.PositiveIntegerField(
                        default=180,
                        validators=[django.core.validators.MaxValueValidator(7200)],
                        verbose_name="resting after it",
                    ),
                ),
                (
                    "batch_size",
                    models.PositiveSmallIntegerField(
                        default=20,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(200),
                        ],
                        verbose_name="households a batch",
                    ),
                ),
                (
                    "order",
                    models.CharField(
                        choices=[("top_down", "top floor first"), ("bottom_up", "lowest floor first")],
                        default="top_down",
                        max_length=10,
                        verbose_name="order",
                    ),
                ),
                (
                    "cannot_come_down",
                    models.CharField(
                        choices=[("longer", "a longer ride"), ("home", "a home visit")],
                        default="longer",
                        max_length=10,
                        verbose_name="who cannot come down by themselves gets",
                    ),
                ),
                ("agent", models.CharField(default="含氯消毒剂", max_length=40, verbose_name="disinfectant")),
                ("strength", models.CharField(default="500mg/L", max_length=40, verbose_name="strength")),
                (
                    "round",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="call_down_plan",
                        to="rounds.round",
                        verbose_name="round",
                    ),
                ),
                ("starts_at", models.DateTimeField(verbose_name="starts at")),
                (
                    "skip",
                    models.PositiveSmallIntegerField(
                        default=1,
                        help_text="One of every so many buildings goes down at a time, so that neighbours do not meet.",
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(50),
                        ],
                        verbose_name="buildings called together",
                    ),
                ),
                (
                    "gap_seconds",
                    models.PositiveIntegerField(
                        default=600,
                        validators=[django.core.validators.MaxValueValidator(7200)],
                        verbose_name="pause between two groups",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="made by",
                    ),
                ),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="made at")),
            ],
            options={
                "verbose_name": "call-down plan",
                "verbose_name_plural": "call-down plans",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("skip__gte", 1)), name="call_down_plan_skip_from_one")
                ],
            },
        ),
        migrations.CreateModel(
            name="CallDown",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "trip_seconds",
                    models.PositiveIntegerField(
                        default=420,
                        validators=[django.core.validators.MaxValueValidator(7200)],
                        verbose_name="there and back",
                    ),
                ),
                (
                    "extra_seconds",
                    models.PositiveIntegerField(
                        default=300,
                        validators=[django.core.validators.MaxValueValidator(7200)],
                        verbose_name="more for who needs time",
                    ),
                ),
                (
                    "disinfect_seconds",
                    models.PositiveIntegerField(
                        default=120,
                        validators=[django.core.validators.MaxValueValidator(7200)],
                        verbose_name="disinfecting",
                    ),
                ),
                (
                    "dwell_seconds",
                    models.PositiveIntegerField(
                        default=180,
                        validators=[django.core.validators.MaxValueValidator(7200)],
                        verbose_name="resting after it",
                    ),
                ),
                (
                    "batch_size",
                    models.PositiveSmallIntegerField(
                        default=20,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(200),
                        ],
                        verbose_name="households a batch",
                    ),
                ),
                (
                    "order",
                    models.CharField(
                        choices=[("top_down", "top floor first"), ("bottom_up", "lowest floor first")],
                        default="top_down",
                        max_length=10,
                        verbose_name="order",
                    ),
                ),
                (
                    "cannot_come_down",
                    models.CharField(
                        choices=[("longer", "a longer ride"), ("home", "a home visit")],
                        default="longer",
                        max_length=10,
                        verbose_name="who cannot come down by themselves gets",
                    ),
                ),
                ("agent", models.CharField(default="含氯消毒剂", max_length=40, verbose_name="disinfectant")),
                ("strength", models.CharField(default="500mg/L", max_length=40, verbose_name="strength")),
                (
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="call_downs",
                        to="lifts.calldownplan",
                        verbose_name="call-down plan",
                    ),
                ),
                (
                    "building",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="call_downs",
                        to="residents.building",
                        verbose_name="building",
                    ),
                ),
                ("entrance", models.CharField(blank=True, max_length=10, verbose_name="entrance")),
                (
                    "wave",
                    models.PositiveSmallIntegerField(
                        default=0, help_text="Groups go down one after the other.", verbose_name="group"
                    ),
                ),
                (
                    "goes_ahead",
                    models.BooleanField(
                        default=False,
                        help_text="A steward let it go before its turn.",
                        verbose_name="does not wait for its group",
                    ),
                ),
                ("ended_at", models.DateTimeField(blank=True, editable=False, null=True, verbose_name="ended at")),
                ("lobby_hash", models.CharField(blank=True, editable=False, max_length=64)),
                ("revised_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
            ],
            options={
                "verbose_name": "call-down",
                "verbose_name_plural": "call-downs",
                "ordering": ["plan", "building__position", "building__code", "entrance"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("plan", "building", "entrance"), name="call_down_once_per_entrance"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("lobby_hash", ""), _negated=True),
                        fields=("lobby_hash",),
                        name="call_down_lobby_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Forecast",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "call_down",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="forecasts",
                        to="lifts.calldown",
                        verbose_name="call-down",
                    ),
                ),
                ("lift_count", models.PositiveSmallIntegerField(verbose_name="lifts")),
                ("household_count", models.PositiveIntegerField(verbose_name="households")),
                ("home_count", models.PositiveIntegerField(default=0, verbose_name="home visits")),
                (
                    "ride_seconds",
                    models.PositiveIntegerField(
                        help_text="Planned for an ordinary ride.", verbose_name="seconds a ride"
                    ),
                ),
                ("starts_at", models.DateTimeField(verbose_name="starts at")),
                ("ends_at", models.DateTimeField(verbose_name="ends at")),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="made at")),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="made by",
                    ),
                ),
            ],
            options={
                "verbose_name": "forecast",
                "verbose_name_plural": "forecasts",
                "ordering": ["-made_at", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ends_at__gte", models.F("starts_at"))), name="forecast_ends_after"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Lift",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "building",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lifts",
                        to="residents.building",
                        verbose_name="building",
                    ),
                ),
                ("entrance", models.CharField(blank=True, max_length=10, verbose_name="entrance")),
                ("number", models.PositiveSmallIntegerField(verbose_name="number")),
                ("is_reserved", models.BooleanField(default=False, verbose_name="for close contacts only")),
                ("out_since", models.DateTimeField(blank=True, null=True, verbose_name="out of service since")),
                ("revised_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
            ],
            options={
                "verbose_name": "lift",
                "verbose_name_plural": "lifts",
                "ordering": ["building", "entrance", "number"],
                "constraints": [
                    models.UniqueConstraint(fields=("building", "entrance", "number"), name="lift_once_per_entrance")
                ],
            },
        ),
        migrations.CreateModel(
            name="LiftEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "lift",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="lifts.lift",
                        verbose_name="lift",
                    ),
                ),
                (
                    "step",
                    models.CharField(
                        choices=[
                            ("out", "out of service"),
                            ("back", "in service again"),
                            ("reserved", "kept for close contacts"),
                            ("shared", "for everybody again"),
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
                "verbose_name": "lift event",
                "verbose_name_plural": "lift events",
                "ordering": ["-at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="Turn",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "call_down",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="turns",
                        to="lifts.calldown",
                        verbose_name="call-down",
                    ),
                ),
                (
                    "visit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="turns",
                        to="rounds.visit",
                        verbose_name="visit",
                    ),
                ),
                (
                    "position",
                    models.PositiveIntegerField(
                        help_text="From the top floor down.", verbose_name="place in the order"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "waiting"),
                            ("riding", "on its way"),
                            ("served", "has been down"),
                            ("stairs", "went by the stairs"),
                            ("home", "home visit"),
                            ("no_show", "did not come"),
                        ],
                        default="waiting",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("missed_count", models.PositiveSmallIntegerField(default=0, verbose_name="times missed")),
                (
                    "sent_back",
                    models.PositiveBigIntegerField(
                        default=0, help_text="Later ones stand further back.", verbose_name="sent back"
                    ),
                ),
                (
                    "is_first",
                    models.BooleanField(
                        default=False, help_text="Volunteers and staff go before the others.", verbose_name="goes first"
                    ),
                ),
                (
                    "is_contact",
                    models.BooleanField(
                        default=False,
                        help_text="Rides only in a lift kept for close contacts.",
                        verbose_name="close contact",
                    ),
                ),
            ],
            options={
                "verbose_name": "turn",
                "verbose_name_plural": "turns",
                "ordering": ["call_down", "position"],
                "constraints": [
                    models.UniqueConstraint(fields=("call_down", "visit"), name="turn_once_per_visit"),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["waiting", "riding", "served", "stairs", "home", "no_show"])),
                        name="turn_state_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Ride",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "lift",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rides",
                        to="lifts.lift",
                        verbose_name="lift",
                    ),
                ),
                (
                    "turn",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rides",
                        to="lifts.turn",
                        verbose_name="turn",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("called", "called"),
                            ("riding", "riding down"),
                            ("down", "down"),
                            ("returning", "riding back"),
                            ("disinfecting", "being disinfected"),
                        ],
                        default="called",
                        max_length=12,
                        verbose_name="state",
                    ),
                ),
                ("called_at", models.DateTimeField(verbose_name="called at")),
                (
                    "state_at",
                    models.DateTimeField(help_text="When it came to this state.", verbose_name="in this state since"),
                ),
                (
                    "safe_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="When the lift may be used again.",
                        null=True,
                        verbose_name="safe again at",
                    ),
                ),
                (
                    "end",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("done", "done"),
                            ("no_show", "nobody came"),
                            ("broken", "the lift failed"),
                            ("void", "called by mistake"),
                        ],
                        default="",
                        max_length=10,
                        verbose_name="how it ended",
                    ),
                ),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="ended at")),
            ],
            options={
                "verbose_name": "ride",
                "verbose_name_plural": "rides",
                "ordering": ["-called_at", "-pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)), fields=("lift",), name="ride_one_active_per_lift"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)), fields=("turn",), name="ride_one_active_per_household"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["called", "riding", "down", "returning", "disinfecting"])),
                        name="ride_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("end", ""), ("ended_at", None)),
                            models.Q(models.Q(("end", ""), _negated=True), ("ended_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="ride_ended_has_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("safe_at__isnull", False), ("state", "disinfecting")),
                            models.Q(models.Q(("state", "disinfecting"), _negated=True), ("safe_at", None)),
                            _connector="OR",
                        ),
                        name="ride_disinfecting_knows_when_safe",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("end", "done"), _negated=True),
                            models.Q(("ended_at__gte", models.F("safe_at")), ("safe_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="ride_done_only_when_safe",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RideStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "turn",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="steps",
                        to="lifts.turn",
                        verbose_name="turn",
                    ),
                ),
                (
                    "ride",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="steps",
                        to="lifts.ride",
                        verbose_name="ride",
                    ),
                ),
                (
                    "step",
                    models.CharField(
                        choices=[
                            ("called", "called"),
                            ("riding", "in the lift"),
                            ("down", "down"),
                            ("returning", "riding back"),
                            ("disinfecting", "back home, disinfecting"),
                            ("no_show", "nobody came"),
                            ("broken", "the lift failed"),
                            ("together", "rode along with another household"),
                            ("stairs", "by the stairs"),
                            ("home", "home visit"),
                            ("again", "back into the queue"),
                            ("first", "goes first"),
                            ("not_first", "in its usual place"),
                            ("contact", "close contact: reserved lift"),
                            ("not_contact", "any lift again"),
                            ("undone", "taken back"),
                        ],
                        max_length=12,
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
                (
                    "until",
                    models.DateTimeField(
                        blank=True,
                        help_text="Of disinfecting: when the lift is safe again.",
                        null=True,
                        verbose_name="until",
                    ),
                ),
                (
                    "undoes",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="undone_by",
                        to="lifts.ridestep",
                        verbose_name="undoes",
                    ),
                ),
            ],
            options={
                "verbose_name": "ride step",
                "verbose_name_plural": "ride steps",
                "ordering": ["pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("step", "undone"), ("undoes__isnull", False)),
                            models.Q(models.Q(("step", "undone"), _negated=True), ("undoes", None)),
                            _connector="OR",
                        ),
                        name="ride_step_undoes_when_undone",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Disinfection",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "lift",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="disinfections",
                        to="lifts.lift",
                        verbose_name="lift",
                    ),
                ),
                (
                    "call_down",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="disinfections",
                        to="lifts.calldown",
                        verbose_name="call-down",
                    ),
                ),
                (
                    "step",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="disinfection",
                        to="lifts.ridestep",
                        verbose_name="ride step",
                    ),
                ),
                ("place", models.CharField(max_length=100, verbose_name="place")),
                ("agent", models.CharField(max_length=40, verbose_name="disinfectant")),
                ("strength", models.CharField(max_length=40, verbose_name="strength")),
                ("started_at", models.DateTimeField(verbose_name="began")),
                ("ended_at", models.DateTimeField(verbose_name="ended")),
                ("safe_at", models.DateTimeField(verbose_name="safe again at")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="by whom",
                    ),
                ),
            ],
            options={
                "verbose_name": "disinfection",
                "verbose_name_plural": "disinfection log",
                "ordering": ["-started_at", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ended_at__gte", models.F("started_at")), ("safe_at__gte", models.F("ended_at"))
                        ),
                        name="disinfection_times_in_order",
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="lift",
            name="latest_step",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="lifts.ridestep",
                verbose_name="latest step",
            ),
        ),
    ]
