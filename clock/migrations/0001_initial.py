import django.db.models.deletion
import django.utils.timezone
import uuid
import uuid6
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
            name="RuleProfile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=40, unique=True, verbose_name="code")),
                (
                    "kind",
                    models.CharField(
                        choices=[("building", "a building's clock"), ("return", "coming home")],
                        default="building",
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
            ],
            options={
                "verbose_name": "rule",
                "verbose_name_plural": "rules",
                "ordering": ["code"],
            },
        ),
        migrations.CreateModel(
            name="Clock",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "building",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="clocks",
                        to="residents.building",
                        verbose_name="building",
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
                    "ended_at",
                    models.DateTimeField(
                        blank=True, help_text="When the next clock took its place.", null=True, verbose_name="ended at"
                    ),
                ),
            ],
            options={
                "verbose_name": "lockdown clock",
                "verbose_name_plural": "lockdown clocks",
                "ordering": ["building", "-at", "-pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)), fields=("building",), name="clock_one_a_building"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="RuleVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "profile",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="versions",
                        to="clock.ruleprofile",
                        verbose_name="rule",
                    ),
                ),
                ("number", models.PositiveSmallIntegerField(verbose_name="version")),
                ("body", models.JSONField(help_text="As docs/clock.md explains.", verbose_name="body")),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="where it comes from")),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="at")),
            ],
            options={
                "verbose_name": "version of a rule",
                "verbose_name_plural": "versions of rules",
                "ordering": ["profile__code", "number"],
                "constraints": [
                    models.UniqueConstraint(fields=("profile", "number"), name="rule_version_number_once"),
                    models.CheckConstraint(condition=models.Q(("number__gte", 1)), name="rule_version_from_one"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Homecoming",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "household",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="residents.household"
                    ),
                ),
                (
                    "resident",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="residents.resident",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="homecomings",
                        to="clock.ruleversion",
                        verbose_name="version of a rule",
                    ),
                ),
                ("discharged_on", models.DateField(verbose_name="released from hospital on")),
                ("returned_on", models.DateField(verbose_name="home since")),
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
            ],
            options={
                "verbose_name": "homecoming",
                "verbose_name_plural": "homecomings",
                "ordering": ["-returned_on", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("returned_on__gte", models.F("discharged_on"))),
                        name="homecoming_after_the_discharge",
                    ),
                    models.UniqueConstraint(fields=("resident", "returned_on"), name="homecoming_once_a_day"),
                ],
            },
        ),
        migrations.CreateModel(
            name="HomecomingTick",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "homecoming",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="ticks", to="clock.homecoming"
                    ),
                ),
                (
                    "check_name",
                    models.CharField(
                        choices=[
                            ("certificate", "paper release certificate seen"),
                            ("welcomed", "let in; the rule was shown to whoever objected"),
                            ("monitored", "health monitored at home"),
                            ("tested", "single-tube PCR negative"),
                        ],
                        max_length=12,
                        verbose_name="step",
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=100, verbose_name="note")),
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
            ],
            options={
                "verbose_name": "step of a homecoming",
                "verbose_name_plural": "steps of homecomings",
                "ordering": ["homecoming", "at"],
                "constraints": [
                    models.UniqueConstraint(fields=("homecoming", "check_name"), name="homecoming_tick_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="RoundProposal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "building",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="residents.building",
                        verbose_name="building",
                    ),
                ),
                ("on", models.DateField(verbose_name="due on")),
                (
                    "round",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="rounds.round",
                        verbose_name="round",
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="at")),
            ],
            options={
                "verbose_name": "round proposed by a clock",
                "verbose_name_plural": "rounds proposed by clocks",
                "ordering": ["-on", "building"],
                "constraints": [models.UniqueConstraint(fields=("building", "on"), name="round_proposed_once_a_day")],
            },
        ),
        migrations.CreateModel(
            name="ClockEvent",
            fields=[
                ("id", models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                (
                    "clock",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="clock.clock",
                        verbose_name="lockdown clock",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("started", "started"),
                            ("basis", "basis chosen"),
                            ("profile", "rule changed"),
                            ("decided", "decided about a positive"),
                            ("override", "zone set by decision"),
                            ("ticked", "check ticked"),
                            ("released", "released"),
                            ("stopped", "stopped"),
                            ("void", "taken back"),
                        ],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                ("on", models.DateField(verbose_name="counts from")),
                (
                    "version",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="clock.ruleversion",
                        verbose_name="version of a rule",
                    ),
                ),
                (
                    "subject",
                    models.UUIDField(
                        blank=True,
                        help_text="The case it starts from or decides on.",
                        null=True,
                        verbose_name="case concerned",
                    ),
                ),
                (
                    "choice",
                    models.CharField(
                        blank=True,
                        help_text="A basis, an answer, a zone or a check.",
                        max_length=20,
                        verbose_name="choice",
                    ),
                ),
                ("until", models.DateField(blank=True, null=True, verbose_name="until")),
                (
                    "voids",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="voided_by",
                        to="clock.clockevent",
                        verbose_name="takes back",
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="reason")),
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
            ],
            options={
                "verbose_name": "clock event",
                "verbose_name_plural": "clock events",
                "ordering": ["clock", "at", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("kind", "started")), fields=("clock",), name="clock_started_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind__in", ["started", "profile"]), _negated=True),
                            ("version__isnull", False),
                            _connector="OR",
                        ),
                        name="clock_event_has_a_rule",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("kind__in", ["basis", "profile", "decided", "override", "stopped", "void"]),
                                _negated=True,
                            ),
                            models.Q(("reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="clock_event_says_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "void"), ("voids__isnull", False)),
                            models.Q(models.Q(("kind", "void"), _negated=True), ("voids", None)),
                            _connector="OR",
                        ),
                        name="clock_event_voids_when_void",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("kind__in", ["basis", "decided", "override", "ticked"]),
                                models.Q(("choice", ""), _negated=True),
                            ),
                            models.Q(
                                models.Q(("kind__in", ["basis", "decided", "override", "ticked"]), _negated=True),
                                ("choice", ""),
                            ),
                            _connector="OR",
                        ),
                        name="clock_event_choice_where_one_is",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("until", None),
                            models.Q(("kind", "override"), ("until__gte", models.F("on"))),
                            _connector="OR",
                        ),
                        name="clock_event_until_after_start",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Case",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("subject", models.UUIDField(default=uuid.uuid4, editable=False)),
                (
                    "building",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cases",
                        to="residents.building",
                        verbose_name="building",
                    ),
                ),
                (
                    "household",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="residents.household",
                    ),
                ),
                (
                    "resident",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="residents.resident",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("positive", "positive"), ("contact", "close contact")],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("street", "the sub-district"),
                            ("cdc", "a call from the CDC"),
                            ("lab", "the laboratory's list"),
                            ("resident", "the household itself"),
                            ("other", "somebody else"),
                        ],
                        max_length=10,
                        verbose_name="who told us",
                    ),
                ),
                ("sampled_at", models.DateTimeField(blank=True, null=True, verbose_name="sampled at")),
                ("reported_at", models.DateTimeField(blank=True, null=True, verbose_name="reported at")),
                ("ordered_at", models.DateTimeField(blank=True, null=True, verbose_name="order at")),
                ("moved_out_at", models.DateTimeField(blank=True, null=True, verbose_name="moved out at")),
                (
                    "corrects",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="corrected_by",
                        to="clock.case",
                        verbose_name="corrects",
                    ),
                ),
                ("correction_reason", models.CharField(blank=True, max_length=200, verbose_name="why it is corrected")),
                (
                    "is_withdrawn",
                    models.BooleanField(default=False, help_text="It was no case.", verbose_name="taken back"),
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
            ],
            options={
                "verbose_name": "case",
                "verbose_name_plural": "cases",
                "ordering": ["-at", "-pk"],
                "indexes": [models.Index(fields=["building", "subject"], name="case_building_subject")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("sampled_at__isnull", False),
                            ("reported_at__isnull", False),
                            ("ordered_at__isnull", False),
                            _connector="OR",
                        ),
                        name="case_has_a_moment",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("moved_out_at", None),
                            ("sampled_at", None),
                            ("moved_out_at__gte", models.F("sampled_at")),
                            _connector="OR",
                        ),
                        name="case_moved_out_after_its_sample",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("corrects", None), ("is_withdrawn", False)),
                            models.Q(("corrects__isnull", False), models.Q(("correction_reason", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="case_correction_says_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("corrects", models.F("pk")), _negated=True),
                        name="case_not_correction_of_itself",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("corrects", None)), fields=("subject",), name="case_subject_begins_once"
                    ),
                ],
            },
        ),
    ]
