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
            name="Diet",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "household",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="diet", to="residents.household"
                    ),
                ),
                (
                    "variant",
                    models.CharField(
                        choices=[("baby", "baby"), ("diabetic", "no sugar"), ("halal", "halal")],
                        max_length=10,
                        verbose_name="variant",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "verbose_name": "variant of a household",
                "verbose_name_plural": "variants of households",
            },
        ),
        migrations.CreateModel(
            name="Distribution",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "round",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="distribution", to="rounds.round"
                    ),
                ),
                (
                    "instructions",
                    models.CharField(blank=True, max_length=200, verbose_name="Instructions for volunteers"),
                ),
                (
                    "rule",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("elders", "households with people of 60 and over first"),
                            ("needs", "households that need help at the door first"),
                            ("biggest", "biggest households first"),
                            ("waited", "whoever waited last time first"),
                            ("lot", "by lot"),
                            ("hand", "by hand, with the reason"),
                        ],
                        default="",
                        max_length=10,
                        verbose_name="who goes first",
                    ),
                ),
                (
                    "seed",
                    models.CharField(
                        blank=True, help_text="The lot can be drawn again with it by anybody.", max_length=32
                    ),
                ),
                ("hand_reason", models.CharField(blank=True, max_length=200, verbose_name="why these wait")),
                (
                    "hand_waits",
                    models.JSONField(blank=True, default=list, help_text="Households that wait, chosen by hand."),
                ),
                (
                    "planned_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("planned_at", models.DateTimeField(blank=True, null=True)),
                ("totals_hash", models.CharField(blank=True, db_index=True, max_length=64)),
                ("closed_at", models.DateTimeField(blank=True, null=True, verbose_name="books closed at")),
                (
                    "closed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "distribution",
                "verbose_name_plural": "distributions",
                "ordering": ["-round__starts_at", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("rule", "hand"), _negated=True),
                            models.Q(("hand_reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="distribution_hand_says_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at", None), ("closed_by", None)),
                            models.Q(("closed_at__isnull", False), ("closed_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="distribution_closed_by_somebody",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Item",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "compound",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="items", to="residents.compound"
                    ),
                ),
                (
                    "name",
                    models.CharField(
                        help_text="As people say it: vegetable bag, rice 5 kg.", max_length=60, verbose_name="name"
                    ),
                ),
                (
                    "unit",
                    models.CharField(help_text="What is counted: bag, box, piece.", max_length=12, verbose_name="unit"),
                ),
                (
                    "pack",
                    models.PositiveIntegerField(
                        default=1,
                        help_text="How many come in one carton; 1 when they come loose.",
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(10000),
                        ],
                        verbose_name="units a pack",
                    ),
                ),
                (
                    "alarm_days",
                    models.PositiveSmallIntegerField(
                        default=2,
                        help_text="When what lies in the store longer than this, the stewards are told every day.",
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(365),
                        ],
                        verbose_name="alarm after days",
                    ),
                ),
                (
                    "is_ppe",
                    models.BooleanField(
                        default=False, help_text="Given to volunteers for a shift.", verbose_name="protective gear"
                    ),
                ),
            ],
            options={
                "verbose_name": "item",
                "verbose_name_plural": "items",
                "ordering": ["name"],
                "constraints": [
                    models.UniqueConstraint(fields=("compound", "name"), name="item_once_per_compound"),
                    models.CheckConstraint(
                        condition=models.Q(("alarm_days__gte", 1), ("pack__gte", 1)), name="item_has_size"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Batch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="batches",
                        to="supplies.item",
                        verbose_name="item",
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("street", "sub-district"),
                            ("donation", "donation"),
                            ("group_buy", "group buy"),
                            ("purchase", "bought"),
                        ],
                        default="street",
                        max_length=10,
                        verbose_name="from",
                    ),
                ),
                ("arrived_on", models.DateField(verbose_name="arrived on")),
                (
                    "alarm_on",
                    models.DateField(
                        default=django.utils.timezone.localdate,
                        editable=False,
                        help_text="The last day it may lie in the store.",
                        verbose_name="alarm after",
                    ),
                ),
                ("expires_on", models.DateField(blank=True, null=True, verbose_name="use by")),
                ("is_cold", models.BooleanField(default=False, verbose_name="keep cold")),
                (
                    "slip_count",
                    models.PositiveIntegerField(
                        blank=True,
                        help_text="What the driver's paper says, if there is one.",
                        null=True,
                        verbose_name="units, by the slip",
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="remark")),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "verbose_name": "batch",
                "verbose_name_plural": "batches",
                "ordering": ["arrived_on", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("expires_on", None), ("expires_on__gte", models.F("arrived_on")), _connector="OR"
                        ),
                        name="batch_expires_after_arrival",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Line",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "distribution",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="lines", to="supplies.distribution"
                    ),
                ),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="supplies.batch",
                        verbose_name="what",
                    ),
                ),
                (
                    "amount",
                    models.PositiveSmallIntegerField(
                        default=1,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(100),
                        ],
                        verbose_name="how many",
                    ),
                ),
                (
                    "per",
                    models.CharField(
                        choices=[
                            ("household", "a household"),
                            ("head", "a person"),
                            ("need", "a household with the help flag"),
                            ("child", "a child up to 13"),
                            ("elder", "a person of 60 and over"),
                        ],
                        default="household",
                        max_length=10,
                        verbose_name="for",
                    ),
                ),
                (
                    "need",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("lives_alone", "lives alone, needs calls"),
                            ("needs_home_visit", "cannot come down, home visit"),
                            ("needs_gentle_knock", "knock gently and wait"),
                            ("has_no_phone", "has no smartphone"),
                            ("has_medical_trips", "has medical trips to arrange"),
                        ],
                        default="",
                        max_length=24,
                        verbose_name="help flag",
                    ),
                ),
                (
                    "variant",
                    models.CharField(
                        blank=True,
                        choices=[("baby", "baby"), ("diabetic", "no sugar"), ("halal", "halal")],
                        default="",
                        max_length=10,
                        verbose_name="only for the variant",
                    ),
                ),
                (
                    "instead_of",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="variants",
                        to="supplies.line",
                        verbose_name="instead of",
                    ),
                ),
            ],
            options={
                "verbose_name": "line of a distribution",
                "verbose_name_plural": "lines of distributions",
                "ordering": ["distribution", "pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("distribution", "batch"), name="line_once_per_batch"),
                    models.CheckConstraint(condition=models.Q(("amount__gte", 1)), name="line_of_something"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("per", "need"), models.Q(("need", ""), _negated=True)),
                            models.Q(models.Q(("per", "need"), _negated=True), ("need", "")),
                            _connector="OR",
                        ),
                        name="line_need_with_its_rule",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("instead_of", None), models.Q(("variant", ""), _negated=True), _connector="OR"
                        ),
                        name="line_instead_for_a_variant",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Entitlement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "visit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="entitlements", to="rounds.visit"
                    ),
                ),
                (
                    "line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="entitlements", to="supplies.line"
                    ),
                ),
                ("quantity", models.PositiveIntegerField(help_text="Due by the rule.")),
                ("allotted", models.PositiveIntegerField(help_text="Of it, there in this round.")),
                (
                    "wait_reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("rank", "others come first by the stated rule"),
                            ("lot", "the lot, among equals"),
                            ("hand", "decided by hand"),
                        ],
                        default="",
                        max_length=10,
                    ),
                ),
                ("told_given", models.PositiveIntegerField(default=0)),
                ("told_spoiled", models.PositiveIntegerField(default=0)),
                ("given", models.PositiveIntegerField(default=0)),
                ("spoiled", models.PositiveIntegerField(default=0)),
                (
                    "handover",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("given", "given"),
                            ("left", "left at the door"),
                            ("swapped", "swapped for another thing"),
                            ("short", "fewer than due"),
                            ("damaged", "damaged, thrown away"),
                            ("refused", "refused"),
                            ("kept", "kept until a day"),
                        ],
                        default="",
                        max_length=10,
                    ),
                ),
                ("keep_until", models.DateField(blank=True, null=True)),
            ],
            options={
                "verbose_name": "entitlement",
                "verbose_name_plural": "entitlements",
                "ordering": ["visit", "line"],
                "constraints": [
                    models.UniqueConstraint(fields=("visit", "line"), name="entitlement_once_per_visit"),
                    models.CheckConstraint(condition=models.Q(("quantity__gte", 1)), name="entitlement_of_something"),
                    models.CheckConstraint(
                        condition=models.Q(("allotted__lte", models.F("quantity"))), name="entitlement_within_due"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("allotted", models.F("quantity")), ("wait_reason", "")),
                            models.Q(
                                ("allotted__lt", models.F("quantity")), models.Q(("wait_reason", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="entitlement_less_says_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("given__lte", models.F("told_given")), ("spoiled__lte", models.F("told_spoiled"))
                        ),
                        name="entitlement_booked_as_told",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Stock",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="stocks", to="supplies.batch"
                    ),
                ),
                (
                    "building",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="residents.building",
                    ),
                ),
                (
                    "holder",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("quantity", models.IntegerField(default=0)),
            ],
            options={
                "verbose_name": "stock",
                "verbose_name_plural": "stocks",
                "ordering": ["batch", "pk"],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("quantity__gte", 0)), name="stock_never_below_zero"),
                    models.CheckConstraint(
                        condition=models.Q(("building", None), ("holder", None), _connector="OR"),
                        name="stock_in_one_place",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("building", None), ("holder", None)),
                        fields=("batch",),
                        name="stock_once_in_the_store",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("building__isnull", False)),
                        fields=("batch", "building"),
                        name="stock_once_a_building",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("holder__isnull", False)),
                        fields=("batch", "holder"),
                        name="stock_once_a_person",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="StockMove",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="moves", to="supplies.batch"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("arrived", "arrived"),
                            ("adjusted", "put right"),
                            ("loaded", "loaded"),
                            ("issued", "issued"),
                            ("returned", "brought back"),
                            ("handed_out", "handed out"),
                            ("written_off", "written off"),
                            ("counter", "taken back"),
                        ],
                        max_length=12,
                    ),
                ),
                ("quantity", models.PositiveIntegerField()),
                (
                    "source",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="moves_out",
                        to="supplies.stock",
                    ),
                ),
                (
                    "target",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="moves_in",
                        to="supplies.stock",
                    ),
                ),
                (
                    "entitlement",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="moves",
                        to="supplies.entitlement",
                    ),
                ),
                (
                    "distribution",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="moves",
                        to="supplies.distribution",
                    ),
                ),
                (
                    "counters",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="countered",
                        to="supplies.stockmove",
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=200)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "verbose_name": "movement",
                "verbose_name_plural": "movements",
                "ordering": ["pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("quantity__gte", 1), ("quantity__lte", 1000000)), name="move_of_something"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("source__isnull", False), ("target__isnull", False), _connector="OR"),
                        name="move_from_or_to_a_place",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("source", None), models.Q(("source", models.F("target")), _negated=True), _connector="OR"
                        ),
                        name="move_goes_elsewhere",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind__in", ["adjusted", "written_off", "counter"]), _negated=True),
                            models.Q(("reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="move_says_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("counters__isnull", False), ("kind", "counter")),
                            models.Q(models.Q(("kind", "counter"), _negated=True), ("counters", None)),
                            _connector="OR",
                        ),
                        name="move_counters_one",
                    ),
                ],
                "indexes": [models.Index(fields=["distribution", "batch"], name="move_of_distribution")],
            },
        ),
        migrations.CreateModel(
            name="BatchCount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="counts", to="supplies.batch"
                    ),
                ),
                ("number", models.PositiveSmallIntegerField()),
                ("quantity", models.PositiveIntegerField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "verbose_name": "count at arrival",
                "verbose_name_plural": "counts at arrival",
                "ordering": ["batch", "number"],
                "constraints": [
                    models.UniqueConstraint(fields=("batch", "number"), name="batch_count_number_once"),
                    models.UniqueConstraint(fields=("batch", "by"), name="batch_counted_once_a_person"),
                    models.CheckConstraint(condition=models.Q(("number__in", [1, 2])), name="batch_counted_twice"),
                    models.CheckConstraint(
                        condition=models.Q(("quantity__lte", 1000000)), name="batch_count_believable"
                    ),
                ],
            },
        ),
    ]
