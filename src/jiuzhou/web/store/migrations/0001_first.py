import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.functions.text
import django.db.models.manager
from django.conf import settings
from django.db import migrations, models

from jiuzhou.web.store.first_tables import MakeTables


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        MakeTables(
            [
                migrations.CreateModel(
                    name="User",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("password", models.CharField(max_length=128, verbose_name="password")),
                        ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                        ("email", models.EmailField(max_length=254, unique=True)),
                        ("name", models.CharField(max_length=120)),
                        ("language", models.CharField(default="zh", max_length=2)),
                        ("is_active", models.BooleanField(default=True)),
                        ("deactivated_at", models.DateTimeField(blank=True, null=True)),
                        ("epoch", models.PositiveIntegerField(default=1)),
                        ("choices", models.JSONField(default=dict)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                django.db.models.functions.text.Lower("email"), name="user_email_whatever_its_case"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Organisation",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("slug", models.SlugField(unique=True)),
                        ("name", models.CharField(max_length=200)),
                        ("zone", models.CharField(default="Asia/Shanghai", max_length=64)),
                        ("currency", models.CharField(default="CNY", max_length=3)),
                        ("language", models.CharField(default="zh", max_length=2)),
                        ("as_of", models.DateField(blank=True, null=True)),
                        ("choices", models.JSONField(default=dict)),
                        ("large", models.BooleanField(default=False)),
                        ("swapped_at", models.DateTimeField(blank=True, null=True)),
                        ("version", models.PositiveIntegerField(default=1)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                    ],
                ),
                migrations.CreateModel(
                    name="Owner",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("code", models.CharField(max_length=64)),
                        ("kind", models.CharField(default="rep", max_length=10)),
                        ("name", models.CharField(max_length=200)),
                        ("sort_key", models.CharField(blank=True, default="", max_length=200)),
                        ("level", models.CharField(blank=True, default="", max_length=10)),
                        ("partner_type", models.CharField(blank=True, default="", max_length=12)),
                        ("skills", models.JSONField(default=list)),
                        ("capacity_hours", models.FloatField(blank=True, null=True)),
                        ("capacity_customers", models.PositiveIntegerField(blank=True, null=True)),
                        ("weight", models.FloatField(blank=True, null=True)),
                        ("zone", models.CharField(blank=True, default="", max_length=64)),
                        ("calendar", models.CharField(blank=True, default="", max_length=20)),
                        ("lat", models.FloatField(blank=True, null=True)),
                        ("lon", models.FloatField(blank=True, null=True)),
                        ("active_from", models.DateField(blank=True, null=True)),
                        ("active_to", models.DateField(blank=True, null=True)),
                        ("version", models.PositiveIntegerField(default=1)),
                        (
                            "manager",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="store.owner",
                            ),
                        ),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.organisation"
                            ),
                        ),
                        (
                            "team",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="members",
                                to="store.owner",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "base_manager_name": "unscoped",
                        "default_manager_name": "unscoped",
                        "constraints": [
                            models.UniqueConstraint(fields=("organisation", "code"), name="owner_code_once"),
                            models.CheckConstraint(
                                condition=models.Q(("kind__in", ("rep", "team", "partner"))), name="owner_kind_is_known"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("team", models.F("id")), _negated=True),
                                name="owner_is_not_its_own_team",
                            ),
                        ],
                    },
                    managers=[
                        ("unscoped", django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name="Feed",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=60)),
                        ("kind", models.CharField(max_length=6)),
                        ("place", models.CharField(max_length=60)),
                        ("table", models.CharField(blank=True, default="", max_length=30)),
                        ("most_rejected", models.FloatField(default=0.05)),
                        ("lenient", models.BooleanField(default=False)),
                        ("active", models.BooleanField(default=True)),
                        ("every_minutes", models.PositiveIntegerField(blank=True, null=True)),
                        ("at_time", models.TimeField(blank=True, null=True)),
                        ("next_at", models.DateTimeField()),
                        ("seen", models.JSONField(default=dict)),
                        ("looked_at", models.DateTimeField(blank=True, null=True)),
                        ("said", models.JSONField(default=dict)),
                        ("made_at", models.DateTimeField()),
                        ("changed_at", models.DateTimeField()),
                        ("removed_at", models.DateTimeField(blank=True, null=True)),
                        ("version", models.PositiveIntegerField(default=1)),
                        (
                            "by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.organisation"
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "base_manager_name": "unscoped",
                        "default_manager_name": "unscoped",
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("kind__in", ("folder", "query"))), name="feed_kind_is_known"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("every_minutes__gt", 0), ("every_minutes__isnull", False)),
                                    ("at_time__isnull", False),
                                    _connector="OR",
                                ),
                                name="feed_says_when",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("most_rejected__gte", 0), ("most_rejected__lte", 1)),
                                name="feed_share_is_one",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("removed_at__isnull", True)),
                                fields=("organisation", "kind", "place"),
                                name="feed_once_by_place",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("removed_at__isnull", True)),
                                fields=("organisation", "name"),
                                name="feed_once_by_name",
                            ),
                        ],
                    },
                    managers=[
                        ("unscoped", django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name="Customer",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("code", models.CharField(max_length=64)),
                        ("name", models.CharField(blank=True, default="", max_length=300)),
                        ("sort_key", models.CharField(blank=True, default="", max_length=300)),
                        ("phone", models.CharField(blank=True, default="", max_length=64)),
                        ("email", models.CharField(blank=True, default="", max_length=254)),
                        ("tax_id", models.CharField(blank=True, default="", max_length=32)),
                        ("key_account", models.BooleanField(default=False)),
                        ("country", models.CharField(blank=True, default="", max_length=2)),
                        ("region_code", models.CharField(blank=True, default="", max_length=40)),
                        ("address", models.CharField(blank=True, default="", max_length=500)),
                        ("lat", models.FloatField(blank=True, null=True)),
                        ("lon", models.FloatField(blank=True, null=True)),
                        ("crs", models.CharField(blank=True, default="", max_length=5)),
                        ("location_quality", models.CharField(blank=True, default="", max_length=10)),
                        ("industry", models.CharField(blank=True, default="", max_length=60)),
                        ("size_band", models.CharField(blank=True, default="", max_length=30)),
                        ("annual_revenue", models.DecimalField(blank=True, decimal_places=4, max_digits=18, null=True)),
                        ("channel", models.CharField(blank=True, default="", max_length=30)),
                        ("products", models.JSONField(default=list)),
                        ("needs", models.JSONField(default=list)),
                        ("language", models.CharField(blank=True, default="", max_length=8)),
                        ("birth_year", models.PositiveSmallIntegerField(blank=True, null=True)),
                        ("sex", models.CharField(blank=True, default="", max_length=10)),
                        ("income_band", models.CharField(blank=True, default="", max_length=30)),
                        ("occupation", models.CharField(blank=True, default="", max_length=60)),
                        ("interests", models.JSONField(default=list)),
                        ("values", models.JSONField(default=list)),
                        ("potential", models.DecimalField(blank=True, decimal_places=4, max_digits=18, null=True)),
                        ("workload", models.FloatField(blank=True, null=True)),
                        ("visits_per_year", models.FloatField(blank=True, null=True)),
                        ("visit_hours", models.FloatField(blank=True, null=True)),
                        ("consent_marketing", models.BooleanField(blank=True, null=True)),
                        ("consent_at", models.DateTimeField(blank=True, null=True)),
                        ("customer_since", models.DateTimeField(blank=True, null=True)),
                        ("extra", models.JSONField(default=dict)),
                        ("pool", models.CharField(blank=True, default="", max_length=40)),
                        ("locked", models.BooleanField(default=False)),
                        ("version", models.PositiveIntegerField(default=1)),
                        ("deleted_at", models.DateTimeField(blank=True, null=True)),
                        ("erased_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "province",
                            models.GeneratedField(
                                db_persist=True,
                                expression=django.db.models.functions.text.Substr("region_code", 1, 2),
                                output_field=models.CharField(max_length=2),
                            ),
                        ),
                        (
                            "city",
                            models.GeneratedField(
                                db_persist=True,
                                expression=django.db.models.functions.text.Substr("region_code", 1, 4),
                                output_field=models.CharField(max_length=4),
                            ),
                        ),
                        (
                            "merged_into",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="store.customer",
                            ),
                        ),
                        (
                            "parent",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="subsidiaries",
                                to="store.customer",
                            ),
                        ),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.organisation"
                            ),
                        ),
                        (
                            "owner",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="store.owner",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "base_manager_name": "unscoped",
                        "default_manager_name": "unscoped",
                        "indexes": [
                            models.Index(fields=["organisation", "sort_key", "id"], name="customer_by_name"),
                            models.Index(fields=["owner", "sort_key", "id"], name="customer_by_owner"),
                            models.Index(fields=["organisation", "region_code"], name="customer_by_region"),
                            models.Index(
                                fields=["organisation", "province", "sort_key", "id"], name="customer_by_province"
                            ),
                            models.Index(fields=["organisation", "city", "sort_key", "id"], name="customer_by_city"),
                            models.Index(
                                condition=models.Q(("owner__isnull", True)),
                                fields=["organisation", "pool", "sort_key", "id"],
                                name="customer_in_pool",
                            ),
                            models.Index(fields=["organisation", "tax_id"], name="customer_by_tax_id"),
                            models.Index(fields=["organisation", "phone"], name="customer_by_phone"),
                        ],
                        "constraints": [
                            models.UniqueConstraint(fields=("organisation", "code"), name="customer_code_once"),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("lat__isnull", True),
                                    models.Q(("lat__gte", -90), ("lat__lte", 90)),
                                    _connector="OR",
                                ),
                                name="customer_lat_on_earth",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("lon__isnull", True),
                                    models.Q(("lon__gte", -180), ("lon__lte", 180)),
                                    _connector="OR",
                                ),
                                name="customer_lon_on_earth",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("parent", models.F("id")), _negated=True),
                                name="customer_is_not_its_own_parent",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("owner__isnull", True), ("pool", ""), _connector="OR"),
                                name="customer_owned_or_in_a_pool",
                            ),
                        ],
                    },
                    managers=[
                        ("unscoped", django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name="Access",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("may_write", models.BooleanField(default=False)),
                        ("reason", models.CharField(max_length=500)),
                        ("valid_from", models.DateTimeField()),
                        ("valid_to", models.DateTimeField(blank=True, null=True)),
                        (
                            "granted_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "customer",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="store.customer"
                            ),
                        ),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.organisation"
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "base_manager_name": "unscoped",
                        "default_manager_name": "unscoped",
                    },
                    managers=[
                        ("unscoped", django.db.models.manager.Manager()),
                    ],
                ),
                migrations.AddField(
                    model_name="user",
                    name="organisation",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.organisation"
                    ),
                ),
                migrations.CreateModel(
                    name="OwnerScore",
                    fields=[
                        (
                            "owner",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                primary_key=True,
                                related_name="scores",
                                serialize=False,
                                to="store.owner",
                            ),
                        ),
                        ("customers", models.PositiveIntegerField(default=0)),
                        ("workload", models.FloatField(blank=True, null=True)),
                        ("revenue", models.DecimalField(blank=True, decimal_places=4, max_digits=18, null=True)),
                        ("attainment", models.FloatField(blank=True, null=True)),
                        ("visits_due", models.FloatField(blank=True, null=True)),
                        ("visits_made", models.PositiveIntegerField(default=0)),
                        ("coverage", models.FloatField(blank=True, null=True)),
                        ("csat", models.FloatField(blank=True, null=True)),
                        ("csat_answers", models.PositiveIntegerField(default=0)),
                        ("nps", models.FloatField(blank=True, null=True)),
                        ("nps_answers", models.PositiveIntegerField(default=0)),
                        ("complaints", models.PositiveIntegerField(default=0)),
                        ("overdue", models.DecimalField(blank=True, decimal_places=4, max_digits=18, null=True)),
                        ("as_of", models.DateField()),
                    ],
                    options={
                        "abstract": False,
                        "base_manager_name": "unscoped",
                        "default_manager_name": "unscoped",
                    },
                    managers=[
                        ("unscoped", django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name="Absence",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("starts_at", models.DateTimeField()),
                        ("ends_at", models.DateTimeField()),
                        ("reason", models.CharField(blank=True, default="", max_length=200)),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.organisation"
                            ),
                        ),
                        (
                            "owner",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="absences", to="store.owner"
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "base_manager_name": "unscoped",
                        "default_manager_name": "unscoped",
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("ends_at__gt", models.F("starts_at"))),
                                name="absence_ends_after_it_begins",
                            )
                        ],
                    },
                    managers=[
                        ("unscoped", django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name="PeerScale",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("industry", models.CharField(blank=True, default="", max_length=60)),
                        ("tier", models.CharField(blank=True, default="", max_length=2)),
                        ("metric", models.CharField(max_length=30)),
                        ("customers", models.PositiveIntegerField()),
                        ("scale", models.JSONField(default=list)),
                        ("as_of", models.DateField()),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.organisation"
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "base_manager_name": "unscoped",
                        "default_manager_name": "unscoped",
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("organisation", "industry", "tier", "metric"), name="peer_scale_once"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("customers__gte", 20)), name="peer_scale_of_twenty"
                            ),
                        ],
                    },
                    managers=[
                        ("unscoped", django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name="Plan",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("code", models.CharField(max_length=64)),
                        ("name", models.CharField(max_length=200)),
                        ("note", models.TextField(blank=True, default="")),
                        ("state", models.CharField(default="draft", max_length=10)),
                        ("solver_status", models.CharField(blank=True, default="", max_length=12)),
                        ("seed", models.IntegerField(default=0)),
                        ("effort", models.PositiveSmallIntegerField(default=0)),
                        ("objective", models.FloatField(blank=True, null=True)),
                        ("lower_bound", models.FloatField(blank=True, null=True)),
                        ("bound_message", models.JSONField(default=dict)),
                        ("activities", models.JSONField(default=list)),
                        ("metrics", models.JSONField(default=dict)),
                        ("violations", models.JSONField(default=list)),
                        ("effective_on", models.DateField(blank=True, null=True)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("submitted_at", models.DateTimeField(blank=True, null=True)),
                        ("approved_at", models.DateTimeField(blank=True, null=True)),
                        ("activated_at", models.DateTimeField(blank=True, null=True)),
                        ("archived_at", models.DateTimeField(blank=True, null=True)),
                        ("version", models.PositiveIntegerField(default=1)),
                        (
                            "approved_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "base",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="store.plan",
                            ),
                        ),
                        (
                            "created_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.organisation"
                            ),
                        ),
                        (
                            "submitted_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "base_manager_name": "unscoped",
                        "default_manager_name": "unscoped",
                        "constraints": [
                            models.UniqueConstraint(fields=("organisation", "code"), name="plan_code_once"),
                            models.UniqueConstraint(
                                condition=models.Q(("state", "active")),
                                fields=("organisation",),
                                name="one_active_plan",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("state__in", ("draft", "review", "returned", "approved", "active", "archived"))
                                ),
                                name="plan_state_is_known",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("approved_by__isnull", True),
                                    ("submitted_by__isnull", True),
                                    models.Q(("approved_by", models.F("submitted_by")), _negated=True),
                                    _connector="OR",
                                ),
                                name="plan_approved_by_another",
                            ),
                        ],
                    },
                    managers=[
                        ("unscoped", django.db.models.manager.Manager()),
                    ],
                ),
                migrations.AddField(
                    model_name="organisation",
                    name="plan_in_force",
                    field=models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="store.plan",
                    ),
                ),
                migrations.AddField(
                    model_name="organisation",
                    name="plan_settling",
                    field=models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="store.plan",
                    ),
                ),
                migrations.CreateModel(
                    name="Decision",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("key", models.CharField(max_length=120)),
                        ("outcome", models.CharField(max_length=12)),
                        ("rule", models.CharField(blank=True, default="", max_length=80)),
                        ("code", models.CharField(max_length=80)),
                        ("params", models.JSONField(default=dict)),
                        ("trace", models.JSONField(default=list)),
                        ("rules_version", models.CharField(blank=True, default="", max_length=64)),
                        ("decided_at", models.DateTimeField()),
                        ("recorded_at", models.DateTimeField(auto_now_add=True)),
                        (
                            "by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "customer",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="decisions",
                                to="store.customer",
                            ),
                        ),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.organisation"
                            ),
                        ),
                        (
                            "owner",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="store.owner",
                            ),
                        ),
                        (
                            "plan",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="store.plan",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "base_manager_name": "unscoped",
                        "default_manager_name": "unscoped",
                        "indexes": [
                            models.Index(fields=["customer", "-decided_at"], name="decision_by_customer"),
                            models.Index(fields=["organisation", "-decided_at", "-id"], name="decision_latest_first"),
                            models.Index(
                                fields=["organisation", "rule", "-decided_at", "-id"], name="decision_by_rule"
                            ),
                            models.Index(
                                fields=["organisation", "rules_version", "decided_at", "rule"],
                                name="decision_by_version",
                            ),
                        ],
                        "constraints": [
                            models.UniqueConstraint(fields=("organisation", "key"), name="decision_once_by_key")
                        ],
                    },
                    managers=[
                        ("unscoped", django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name="PlanChange",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("number", models.PositiveIntegerField()),
                        ("label", models.JSONField(default=dict)),
                        ("at", models.DateTimeField()),
                        ("changes", models.JSONField(default=list)),
                        (
                            "by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.organisation"
                            ),
                        ),
                        (
                            "plan",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="changes", to="store.plan"
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "base_manager_name": "unscoped",
                        "default_manager_name": "unscoped",
                        "constraints": [models.UniqueConstraint(fields=("plan", "number"), name="plan_change_once")],
                    },
                    managers=[
                        ("unscoped", django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name="PlanTerritory",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("code", models.CharField(max_length=64)),
                        ("name", models.CharField(max_length=200)),
                        ("parent_code", models.CharField(blank=True, default="", max_length=64)),
                        ("level", models.CharField(blank=True, default="", max_length=20)),
                        ("lat", models.FloatField(blank=True, null=True)),
                        ("lon", models.FloatField(blank=True, null=True)),
                        ("measures", models.JSONField(default=dict)),
                        ("targets", models.JSONField(default=dict)),
                        ("deviation", models.JSONField(default=dict)),
                        ("in_band", models.BooleanField(default=True)),
                        ("contiguous", models.BooleanField(default=True)),
                        ("customers", models.PositiveIntegerField(default=0)),
                        ("colour", models.PositiveSmallIntegerField(default=0)),
                        ("locked", models.BooleanField(default=False)),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.organisation"
                            ),
                        ),
                        (
                            "owner",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="store.owner",
                            ),
                        ),
                        (
                            "plan",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="territories", to="store.plan"
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "base_manager_name": "unscoped",
                        "default_manager_name": "unscoped",
                        "constraints": [models.UniqueConstraint(fields=("plan", "code"), name="plan_territory_once")],
                    },
                    managers=[
                        ("unscoped", django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name="PlanRemark",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("kind", models.CharField(default="comment", max_length=10)),
                        ("text", models.TextField()),
                        ("cost", models.JSONField(default=dict)),
                        ("at", models.DateTimeField()),
                        ("answer", models.TextField(blank=True, default="")),
                        ("answered_at", models.DateTimeField(blank=True, null=True)),
                        ("accepted", models.BooleanField(blank=True, null=True)),
                        (
                            "answered_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "customer",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="store.customer",
                            ),
                        ),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.organisation"
                            ),
                        ),
                        (
                            "plan",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="remarks", to="store.plan"
                            ),
                        ),
                        (
                            "territory",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="store.planterritory",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "base_manager_name": "unscoped",
                        "default_manager_name": "unscoped",
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("kind__in", ("comment", "objection"))), name="remark_kind_is_known"
                            )
                        ],
                    },
                    managers=[
                        ("unscoped", django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name="PlanUnit",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("previous_territory", models.CharField(blank=True, default="", max_length=64)),
                        ("customer_version", models.PositiveIntegerField(blank=True, null=True)),
                        ("locked", models.BooleanField(default=False)),
                        ("moved", models.BooleanField(default=False)),
                        ("settled", models.BooleanField(default=False)),
                        (
                            "customer",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="store.customer"
                            ),
                        ),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.organisation"
                            ),
                        ),
                        (
                            "owner",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="store.owner",
                            ),
                        ),
                        (
                            "plan",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="units", to="store.plan"
                            ),
                        ),
                        (
                            "previous_owner",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="store.owner",
                            ),
                        ),
                        (
                            "territory",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="store.planterritory",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "base_manager_name": "unscoped",
                        "default_manager_name": "unscoped",
                        "indexes": [
                            models.Index(fields=["plan", "territory"], name="unit_by_territory"),
                            models.Index(
                                condition=models.Q(("moved", True), ("settled", False)),
                                fields=["plan", "customer"],
                                name="units_to_settle",
                            ),
                        ],
                        "constraints": [
                            models.UniqueConstraint(fields=("plan", "customer"), name="plan_has_a_customer_once")
                        ],
                    },
                    managers=[
                        ("unscoped", django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name="PolicyVersion",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("number", models.PositiveIntegerField()),
                        ("text", models.TextField()),
                        ("note", models.CharField(blank=True, default="", max_length=500)),
                        ("state", models.CharField(default="draft", max_length=10)),
                        ("at", models.DateTimeField()),
                        ("published_at", models.DateTimeField(blank=True, null=True)),
                        ("version", models.PositiveIntegerField(default=1)),
                        (
                            "by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.organisation"
                            ),
                        ),
                        (
                            "published_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "base_manager_name": "unscoped",
                        "default_manager_name": "unscoped",
                        "constraints": [
                            models.UniqueConstraint(fields=("organisation", "number"), name="policy_version_once")
                        ],
                    },
                    managers=[
                        ("unscoped", django.db.models.manager.Manager()),
                    ],
                ),
                migrations.AddField(
                    model_name="plan",
                    name="policy",
                    field=models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="store.policyversion",
                    ),
                ),
                migrations.CreateModel(
                    name="QualityReading",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("day", models.DateField()),
                        ("at", models.DateTimeField()),
                        ("figures", models.JSONField(default=dict)),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.organisation"
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "base_manager_name": "unscoped",
                        "default_manager_name": "unscoped",
                        "constraints": [
                            models.UniqueConstraint(fields=("organisation", "day"), name="quality_once_a_day")
                        ],
                    },
                    managers=[
                        ("unscoped", django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name="Questionnaire",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("code", models.CharField(max_length=40)),
                        ("kind", models.CharField(max_length=10)),
                        ("title_zh", models.CharField(max_length=120)),
                        ("title_en", models.CharField(max_length=120)),
                        ("question_zh", models.CharField(max_length=300)),
                        ("question_en", models.CharField(max_length=300)),
                        ("scale_max", models.PositiveSmallIntegerField()),
                        ("topic", models.CharField(blank=True, default="", max_length=60)),
                        ("takes_comment", models.BooleanField(default=True)),
                        ("opens_on", models.DateField()),
                        ("closes_on", models.DateField(blank=True, null=True)),
                        ("closed_at", models.DateTimeField(blank=True, null=True)),
                        ("made_at", models.DateTimeField()),
                        ("version", models.PositiveIntegerField(default=1)),
                        (
                            "by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.organisation"
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "base_manager_name": "unscoped",
                        "default_manager_name": "unscoped",
                        "indexes": [
                            models.Index(fields=["organisation", "-made_at", "id"], name="questionnaire_latest_first")
                        ],
                        "constraints": [
                            models.UniqueConstraint(fields=("organisation", "code"), name="questionnaire_code_once"),
                            models.CheckConstraint(
                                condition=models.Q(("kind__in", ("csat", "nps", "ces", "loyalty", "need", "brand"))),
                                name="questionnaire_kind_is_known",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("scale_max__gte", 2), ("scale_max__lte", 10)),
                                name="questionnaire_scale",
                            ),
                        ],
                    },
                    managers=[
                        ("unscoped", django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name="RateAtDoor",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("whom", models.CharField(max_length=32)),
                        ("kind", models.CharField(max_length=10)),
                        ("window", models.BigIntegerField()),
                        ("count", models.PositiveIntegerField(default=0)),
                    ],
                    options={
                        "base_manager_name": "unscoped",
                        "default_manager_name": "unscoped",
                        "constraints": [
                            models.UniqueConstraint(fields=("whom", "kind", "window"), name="counted_at_door_once")
                        ],
                    },
                    managers=[
                        ("unscoped", django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name="RateCount",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("kind", models.CharField(max_length=10)),
                        ("window", models.BigIntegerField()),
                        ("count", models.PositiveIntegerField(default=0)),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.organisation"
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "base_manager_name": "unscoped",
                        "default_manager_name": "unscoped",
                        "constraints": [
                            models.UniqueConstraint(fields=("user", "kind", "window"), name="counted_once")
                        ],
                    },
                    managers=[
                        ("unscoped", django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name="RegionScore",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("region_code", models.CharField(max_length=40)),
                        ("parent_code", models.CharField(blank=True, default="", max_length=40)),
                        ("name", models.CharField(max_length=200)),
                        ("level", models.CharField(max_length=20)),
                        ("customers", models.PositiveIntegerField(default=0)),
                        ("revenue", models.DecimalField(blank=True, decimal_places=4, max_digits=18, null=True)),
                        ("revenue_before", models.DecimalField(blank=True, decimal_places=4, max_digits=18, null=True)),
                        ("profit", models.DecimalField(blank=True, decimal_places=4, max_digits=18, null=True)),
                        ("potential", models.DecimalField(blank=True, decimal_places=4, max_digits=18, null=True)),
                        ("growth", models.FloatField(blank=True, null=True)),
                        ("csat", models.FloatField(blank=True, null=True)),
                        ("csat_answers", models.PositiveIntegerField(default=0)),
                        ("nps", models.FloatField(blank=True, null=True)),
                        ("nps_answers", models.PositiveIntegerField(default=0)),
                        ("complaints", models.PositiveIntegerField(default=0)),
                        ("penetration", models.FloatField(blank=True, null=True)),
                        ("share", models.FloatField(blank=True, null=True)),
                        ("as_of", models.DateField()),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.organisation"
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "base_manager_name": "unscoped",
                        "default_manager_name": "unscoped",
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("organisation", "level", "region_code"), name="region_scored_once"
                            )
                        ],
                    },
                    managers=[
                        ("unscoped", django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name="Registration",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=300)),
                        ("tax_id", models.CharField(blank=True, default="", max_length=32)),
                        ("region_code", models.CharField(blank=True, default="", max_length=12)),
                        ("note", models.CharField(blank=True, default="", max_length=1000)),
                        ("made_at", models.DateTimeField()),
                        ("state", models.CharField(default="waiting", max_length=10)),
                        ("protected_until", models.DateField(blank=True, null=True)),
                        ("found", models.JSONField(default=list)),
                        ("reason", models.CharField(blank=True, default="", max_length=1000)),
                        ("decided_at", models.DateTimeField(blank=True, null=True)),
                        ("extended_at", models.DateTimeField(blank=True, null=True)),
                        ("version", models.PositiveIntegerField(default=1)),
                        (
                            "by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "customer",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="store.customer",
                            ),
                        ),
                        (
                            "decided_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.organisation"
                            ),
                        ),
                        (
                            "owner",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.owner"
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "base_manager_name": "unscoped",
                        "default_manager_name": "unscoped",
                        "indexes": [
                            models.Index(fields=["organisation", "-made_at", "id"], name="registration_latest_first"),
                            models.Index(fields=["owner", "state", "-made_at"], name="registration_by_owner"),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("state__in", ("waiting", "granted", "refused", "withdrawn", "won"))
                                ),
                                name="registration_state_is_known",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state", "granted"), _negated=True),
                                    ("protected_until__isnull", False),
                                    _connector="OR",
                                ),
                                name="registration_granted_until",
                            ),
                        ],
                    },
                    managers=[
                        ("unscoped", django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name="RegistrationKey",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("key", models.BigIntegerField()),
                        (
                            "organisation",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="store.organisation",
                            ),
                        ),
                        (
                            "registration",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="store.registration"
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "base_manager_name": "unscoped",
                        "default_manager_name": "unscoped",
                        "indexes": [
                            models.Index(fields=["organisation", "key", "registration"], name="registration_by_key")
                        ],
                    },
                    managers=[
                        ("unscoped", django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name="RulesVersion",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("number", models.PositiveIntegerField()),
                        ("text", models.TextField()),
                        ("note", models.CharField(blank=True, default="", max_length=500)),
                        ("state", models.CharField(default="draft", max_length=10)),
                        ("at", models.DateTimeField()),
                        ("published_at", models.DateTimeField(blank=True, null=True)),
                        ("version", models.PositiveIntegerField(default=1)),
                        (
                            "by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.organisation"
                            ),
                        ),
                        (
                            "published_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "base_manager_name": "unscoped",
                        "default_manager_name": "unscoped",
                        "constraints": [
                            models.UniqueConstraint(fields=("organisation", "number"), name="rules_version_once")
                        ],
                    },
                    managers=[
                        ("unscoped", django.db.models.manager.Manager()),
                    ],
                ),
                migrations.AddField(
                    model_name="plan",
                    name="rules",
                    field=models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="store.rulesversion",
                    ),
                ),
                migrations.CreateModel(
                    name="Run",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("kind", models.CharField(max_length=60)),
                        ("title", models.JSONField(default=dict)),
                        ("arguments", models.JSONField(default=dict)),
                        ("state", models.CharField(default="queued", max_length=10)),
                        ("progress", models.FloatField(default=0)),
                        ("done", models.BigIntegerField(default=0)),
                        ("done_before", models.BigIntegerField(default=0)),
                        ("total", models.BigIntegerField(blank=True, null=True)),
                        ("stage", models.JSONField(default=dict)),
                        ("resume", models.JSONField(default=dict)),
                        ("result", models.JSONField(default=dict)),
                        ("reason", models.JSONField(default=dict)),
                        ("key", models.CharField(blank=True, max_length=120, null=True)),
                        ("attempt", models.PositiveSmallIntegerField(default=0)),
                        ("attempts", models.PositiveSmallIntegerField(default=3)),
                        ("worker", models.CharField(blank=True, default="", max_length=120)),
                        ("history", models.JSONField(default=list)),
                        ("for_system", models.BooleanField(default=False)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("due_at", models.DateTimeField(blank=True, null=True)),
                        ("started_at", models.DateTimeField(blank=True, null=True)),
                        ("heartbeat_at", models.DateTimeField(blank=True, null=True)),
                        ("finished_at", models.DateTimeField(blank=True, null=True)),
                        ("cancel_at", models.DateTimeField(blank=True, null=True)),
                        ("enough_at", models.DateTimeField(blank=True, null=True)),
                        ("seen_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.organisation"
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "base_manager_name": "unscoped",
                        "default_manager_name": "unscoped",
                        "indexes": [models.Index(fields=["organisation", "-created_at"], name="run_latest_first")],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("key__isnull", False)),
                                fields=("organisation", "kind", "key"),
                                name="run_once_by_key",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("state__in", ("queued", "running", "succeeded", "failed", "cancelled", "paused"))
                                ),
                                name="run_state_is_known",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("progress__gte", 0), ("progress__lte", 1)),
                                name="run_progress_is_a_share",
                            ),
                        ],
                    },
                    managers=[
                        ("unscoped", django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name="Import",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("folder", models.CharField(max_length=64, unique=True)),
                        ("state", models.CharField(default="uploaded", max_length=10)),
                        ("files", models.JSONField(default=list)),
                        ("found", models.JSONField(default=list)),
                        ("choices", models.JSONField(default=dict)),
                        ("corrections", models.JSONField(default=list)),
                        ("quality", models.JSONField(default=dict)),
                        ("problems", models.JSONField(default=list)),
                        ("places", models.JSONField(default=dict)),
                        ("counts", models.JSONField(default=dict)),
                        ("progress", models.JSONField(default=dict)),
                        ("reason", models.JSONField(default=dict)),
                        ("round", models.PositiveIntegerField(default=0)),
                        ("version", models.PositiveIntegerField(default=1)),
                        ("made_at", models.DateTimeField()),
                        ("checked_at", models.DateTimeField(blank=True, null=True)),
                        ("applied_at", models.DateTimeField(blank=True, null=True)),
                        ("undo_until", models.DateTimeField(blank=True, null=True)),
                        ("undone_at", models.DateTimeField(blank=True, null=True)),
                        ("cleared_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "applied_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "feed",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="store.feed",
                            ),
                        ),
                        (
                            "mends",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="store.import",
                            ),
                        ),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.organisation"
                            ),
                        ),
                        (
                            "run",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="store.run",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "base_manager_name": "unscoped",
                        "default_manager_name": "unscoped",
                        "indexes": [models.Index(fields=["organisation", "-made_at"], name="import_latest_first")],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "state__in",
                                        ("uploaded", "looked", "checked", "imported", "undone", "cancelled", "failed"),
                                    )
                                ),
                                name="import_state_is_known",
                            )
                        ],
                    },
                    managers=[
                        ("unscoped", django.db.models.manager.Manager()),
                    ],
                ),
                migrations.AddField(
                    model_name="feed",
                    name="run",
                    field=models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="store.run",
                    ),
                ),
                migrations.CreateModel(
                    name="FactBatch",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("table", models.CharField(max_length=30)),
                        ("path", models.CharField(max_length=300)),
                        ("rows", models.BigIntegerField()),
                        ("digest", models.CharField(max_length=64)),
                        ("at", models.DateTimeField()),
                        ("retired_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "brought_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="batches",
                                to="store.import",
                            ),
                        ),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.organisation"
                            ),
                        ),
                        (
                            "replaces",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="store.factbatch",
                            ),
                        ),
                        (
                            "run",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="store.run",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "base_manager_name": "unscoped",
                        "default_manager_name": "unscoped",
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("retired_at__isnull", True)),
                                fields=("organisation", "table", "digest"),
                                name="same_file_once",
                            )
                        ],
                    },
                    managers=[
                        ("unscoped", django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name="Sample",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("seed", models.PositiveIntegerField()),
                        ("size", models.PositiveIntegerField()),
                        ("region_code", models.CharField(blank=True, default="", max_length=12)),
                        ("fields", models.JSONField(default=list)),
                        ("state", models.CharField(default="open", max_length=8)),
                        ("drawn_at", models.DateTimeField()),
                        ("closed_at", models.DateTimeField(blank=True, null=True)),
                        ("applied_at", models.DateTimeField(blank=True, null=True)),
                        ("result", models.JSONField(default=dict)),
                        ("version", models.PositiveIntegerField(default=1)),
                        (
                            "by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.organisation"
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "base_manager_name": "unscoped",
                        "default_manager_name": "unscoped",
                        "indexes": [
                            models.Index(fields=["organisation", "-drawn_at", "id"], name="sample_latest_first")
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("state__in", ("open", "closed"))), name="sample_state_is_known"
                            )
                        ],
                    },
                    managers=[
                        ("unscoped", django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name="SampleItem",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("drawn", models.JSONField(default=dict)),
                        ("answers", models.JSONField(default=dict)),
                        ("outcome", models.JSONField(default=dict)),
                        ("checked_at", models.DateTimeField(blank=True, null=True)),
                        ("version", models.PositiveIntegerField(default=1)),
                        (
                            "checked_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "customer",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="store.customer"
                            ),
                        ),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.organisation"
                            ),
                        ),
                        (
                            "owner",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="store.owner",
                            ),
                        ),
                        (
                            "sample",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="items", to="store.sample"
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "base_manager_name": "unscoped",
                        "default_manager_name": "unscoped",
                        "constraints": [
                            models.UniqueConstraint(fields=("sample", "customer"), name="sample_has_customer_once")
                        ],
                    },
                    managers=[
                        ("unscoped", django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name="SavedMapping",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("table", models.CharField(max_length=30)),
                        ("shape", models.CharField(max_length=64)),
                        ("columns", models.JSONField(default=dict)),
                        ("units", models.JSONField(default=dict)),
                        ("crs", models.CharField(blank=True, default="", max_length=5)),
                        ("at", models.DateTimeField()),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.organisation"
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "base_manager_name": "unscoped",
                        "default_manager_name": "unscoped",
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("organisation", "table", "shape"), name="mapping_once_by_shape"
                            )
                        ],
                    },
                    managers=[
                        ("unscoped", django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name="SavedView",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("place", models.CharField(max_length=20)),
                        ("name", models.CharField(max_length=80)),
                        ("query", models.CharField(max_length=2000)),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.organisation"
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "base_manager_name": "unscoped",
                        "default_manager_name": "unscoped",
                        "constraints": [
                            models.UniqueConstraint(fields=("user", "place", "name"), name="saved_view_once_by_name")
                        ],
                    },
                    managers=[
                        ("unscoped", django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name="Schedule",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("kind", models.CharField(max_length=60)),
                        ("arguments", models.JSONField(default=dict)),
                        ("every_minutes", models.PositiveIntegerField(blank=True, null=True)),
                        ("at_time", models.TimeField(blank=True, null=True)),
                        ("next_at", models.DateTimeField()),
                        ("active", models.BooleanField(default=True)),
                        (
                            "last_run",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="store.run",
                            ),
                        ),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.organisation"
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "base_manager_name": "unscoped",
                        "default_manager_name": "unscoped",
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("every_minutes__gt", 0), ("every_minutes__isnull", False)),
                                    ("at_time__isnull", False),
                                    _connector="OR",
                                ),
                                name="schedule_says_when",
                            ),
                            models.UniqueConstraint(fields=("organisation", "kind"), name="schedule_once_by_kind"),
                        ],
                    },
                    managers=[
                        ("unscoped", django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name="SignIn",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("digest", models.CharField(max_length=64, unique=True)),
                        ("epoch", models.PositiveIntegerField()),
                        ("agent", models.CharField(blank=True, default="", max_length=200)),
                        ("address", models.CharField(blank=True, default="", max_length=45)),
                        ("began_at", models.DateTimeField()),
                        ("seen_at", models.DateTimeField()),
                        ("ended_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.organisation"
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "base_manager_name": "unscoped",
                        "default_manager_name": "unscoped",
                        "indexes": [models.Index(fields=["user", "-began_at"], name="sign_in_latest_first")],
                    },
                    managers=[
                        ("unscoped", django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name="Substitution",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("valid_from", models.DateTimeField()),
                        ("valid_to", models.DateTimeField()),
                        (
                            "granted_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.organisation"
                            ),
                        ),
                        (
                            "owner",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="store.owner"
                            ),
                        ),
                        (
                            "substitute",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "base_manager_name": "unscoped",
                        "default_manager_name": "unscoped",
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("valid_to__gt", models.F("valid_from"))),
                                name="substitution_ends_after_it_begins",
                            )
                        ],
                    },
                    managers=[
                        ("unscoped", django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name="SurveyInvitation",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("key", models.CharField(max_length=24, unique=True)),
                        ("at", models.DateTimeField()),
                        (
                            "by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "customer",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="store.customer"
                            ),
                        ),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.organisation"
                            ),
                        ),
                        (
                            "questionnaire",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="invitations",
                                to="store.questionnaire",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "base_manager_name": "unscoped",
                        "default_manager_name": "unscoped",
                        "constraints": [
                            models.UniqueConstraint(fields=("questionnaire", "customer"), name="invited_once_to_each")
                        ],
                    },
                    managers=[
                        ("unscoped", django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name="SurveyAnswer",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("at", models.DateTimeField()),
                        ("changed_at", models.DateTimeField()),
                        ("score", models.PositiveSmallIntegerField()),
                        ("scale_max", models.PositiveSmallIntegerField()),
                        ("comment", models.TextField(blank=True, default="")),
                        ("language", models.CharField(max_length=2)),
                        ("version", models.PositiveIntegerField(default=1)),
                        (
                            "customer",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="store.customer"
                            ),
                        ),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.organisation"
                            ),
                        ),
                        (
                            "owner",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="store.owner",
                            ),
                        ),
                        (
                            "questionnaire",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="answers",
                                to="store.questionnaire",
                            ),
                        ),
                        (
                            "invitation",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="answer",
                                to="store.surveyinvitation",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "base_manager_name": "unscoped",
                        "default_manager_name": "unscoped",
                        "indexes": [
                            models.Index(fields=["customer", "-at", "-id"], name="answer_latest_first"),
                            models.Index(fields=["questionnaire", "-at", "-id"], name="answer_by_questionnaire"),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("score__lte", models.F("scale_max"))), name="answer_on_its_scale"
                            )
                        ],
                    },
                    managers=[
                        ("unscoped", django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name="Tally",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=60)),
                        ("reach", models.CharField(max_length=64)),
                        ("body", models.JSONField(default=list)),
                        ("sequence", models.BigIntegerField(default=0)),
                        ("counted_at", models.DateTimeField()),
                        ("seconds", models.FloatField(default=0)),
                        ("asked_at", models.DateTimeField()),
                        (
                            "asked_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.organisation"
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "base_manager_name": "unscoped",
                        "default_manager_name": "unscoped",
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("organisation", "name", "reach"), name="tally_once_for_each_reach"
                            )
                        ],
                    },
                    managers=[
                        ("unscoped", django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name="Territory",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("code", models.CharField(max_length=64)),
                        ("name", models.CharField(max_length=200)),
                        ("level", models.CharField(blank=True, default="", max_length=20)),
                        ("lat", models.FloatField(blank=True, null=True)),
                        ("lon", models.FloatField(blank=True, null=True)),
                        ("colour", models.PositiveSmallIntegerField(default=0)),
                        ("valid_from", models.DateTimeField()),
                        ("valid_to", models.DateTimeField(blank=True, null=True)),
                        ("version", models.PositiveIntegerField(default=1)),
                        (
                            "manager",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="store.owner",
                            ),
                        ),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.organisation"
                            ),
                        ),
                        (
                            "owner",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="store.owner",
                            ),
                        ),
                        (
                            "parent",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="children",
                                to="store.territory",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "base_manager_name": "unscoped",
                        "default_manager_name": "unscoped",
                        "constraints": [
                            models.UniqueConstraint(fields=("organisation", "code"), name="territory_code_once"),
                            models.CheckConstraint(
                                condition=models.Q(("parent", models.F("id")), _negated=True),
                                name="territory_is_not_its_own_parent",
                            ),
                        ],
                    },
                    managers=[
                        ("unscoped", django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name="Target",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("period", models.CharField(max_length=10)),
                        ("metric", models.CharField(max_length=40)),
                        ("value", models.FloatField()),
                        ("currency", models.CharField(blank=True, default="", max_length=3)),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.organisation"
                            ),
                        ),
                        (
                            "territory",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="store.territory"
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "base_manager_name": "unscoped",
                        "default_manager_name": "unscoped",
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("territory", "period", "metric"), name="one_target_for_each"
                            )
                        ],
                    },
                    managers=[
                        ("unscoped", django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name="ScheduledMove",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("due_at", models.DateTimeField()),
                        ("reason", models.CharField(blank=True, default="", max_length=500)),
                        ("done_at", models.DateTimeField(blank=True, null=True)),
                        ("cancelled_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "asked_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "customer",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="store.customer"
                            ),
                        ),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.organisation"
                            ),
                        ),
                        (
                            "owner",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="store.owner",
                            ),
                        ),
                        (
                            "territory",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="store.territory",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "base_manager_name": "unscoped",
                        "default_manager_name": "unscoped",
                        "indexes": [
                            models.Index(
                                condition=models.Q(("cancelled_at__isnull", True), ("done_at__isnull", True)),
                                fields=["due_at"],
                                name="moves_waiting",
                            )
                        ],
                    },
                    managers=[
                        ("unscoped", django.db.models.manager.Manager()),
                    ],
                ),
                migrations.AddField(
                    model_name="sample",
                    name="territory",
                    field=models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="store.territory",
                    ),
                ),
                migrations.CreateModel(
                    name="RoleGrant",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "role",
                            models.CharField(
                                choices=[
                                    ("rep", "rep"),
                                    ("team_lead", "team_lead"),
                                    ("regional_manager", "regional_manager"),
                                    ("planner", "planner"),
                                    ("importer", "importer"),
                                    ("channel_manager", "channel_manager"),
                                    ("partner_user", "partner_user"),
                                    ("auditor", "auditor"),
                                    ("privacy_officer", "privacy_officer"),
                                    ("admin", "admin"),
                                ],
                                max_length=20,
                            ),
                        ),
                        ("valid_from", models.DateTimeField()),
                        ("valid_to", models.DateTimeField(blank=True, null=True)),
                        (
                            "granted_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.organisation"
                            ),
                        ),
                        (
                            "owner",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="store.owner",
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="role_grants",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "territory",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="store.territory",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "base_manager_name": "unscoped",
                        "default_manager_name": "unscoped",
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "role__in",
                                        (
                                            "rep",
                                            "team_lead",
                                            "regional_manager",
                                            "planner",
                                            "importer",
                                            "channel_manager",
                                            "partner_user",
                                            "auditor",
                                            "privacy_officer",
                                            "admin",
                                        ),
                                    )
                                ),
                                name="role_is_known",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("valid_to__isnull", True),
                                    ("valid_to__gte", models.F("valid_from")),
                                    _connector="OR",
                                ),
                                name="role_ends_after_it_begins",
                            ),
                        ],
                    },
                    managers=[
                        ("unscoped", django.db.models.manager.Manager()),
                    ],
                ),
                migrations.AddField(
                    model_name="planterritory",
                    name="standing",
                    field=models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="store.territory",
                    ),
                ),
                migrations.CreateModel(
                    name="Ownership",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("role", models.CharField(default="primary", max_length=20)),
                        ("product_line", models.CharField(blank=True, default="", max_length=60)),
                        ("source", models.CharField(default="rule", max_length=10)),
                        ("valid_from", models.DateTimeField()),
                        ("valid_to", models.DateTimeField(blank=True, null=True)),
                        ("recorded_at", models.DateTimeField()),
                        ("closed_at", models.DateTimeField(blank=True, null=True)),
                        ("superseded_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "customer",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="spells", to="store.customer"
                            ),
                        ),
                        (
                            "decision",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="store.decision",
                            ),
                        ),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.organisation"
                            ),
                        ),
                        (
                            "owner",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.owner"
                            ),
                        ),
                        (
                            "plan",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="store.plan",
                            ),
                        ),
                        (
                            "territory",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="store.territory",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "base_manager_name": "unscoped",
                        "default_manager_name": "unscoped",
                        "indexes": [
                            models.Index(fields=["customer", "valid_from"], name="spell_by_customer"),
                            models.Index(fields=["owner", "valid_from"], name="spell_by_owner"),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(
                                    ("superseded_at__isnull", True), ("valid_to__isnull", True), ("role", "primary")
                                ),
                                fields=("customer",),
                                name="one_open_primary_owner",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("valid_to__isnull", True),
                                    ("valid_to__gte", models.F("valid_from")),
                                    _connector="OR",
                                ),
                                name="spell_ends_after_it_begins",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("source__in", ("rule", "manual", "lock", "plan", "import"))),
                                name="spell_source_is_known",
                            ),
                        ],
                    },
                    managers=[
                        ("unscoped", django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name="Indicator",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("period", models.CharField(max_length=10)),
                        ("metric", models.CharField(max_length=40)),
                        ("value", models.FloatField(blank=True, null=True)),
                        ("baseline", models.FloatField(blank=True, null=True)),
                        ("complete", models.BooleanField(default=True)),
                        ("metric_version", models.PositiveSmallIntegerField(default=1)),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.organisation"
                            ),
                        ),
                        (
                            "owner",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="store.owner",
                            ),
                        ),
                        (
                            "territory",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="store.territory",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "base_manager_name": "unscoped",
                        "default_manager_name": "unscoped",
                        "indexes": [
                            models.Index(fields=["organisation", "metric", "period"], name="indicator_by_metric"),
                            models.Index(fields=["territory", "metric", "period"], name="indicator_by_territory"),
                        ],
                    },
                    managers=[
                        ("unscoped", django.db.models.manager.Manager()),
                    ],
                ),
                migrations.AddField(
                    model_name="decision",
                    name="territory",
                    field=models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="store.territory",
                    ),
                ),
                migrations.AddField(
                    model_name="customer",
                    name="territory",
                    field=models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="store.territory",
                    ),
                ),
                migrations.CreateModel(
                    name="Alert",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("key", models.CharField(max_length=64)),
                        ("kind", models.CharField(max_length=40)),
                        ("severity", models.CharField(max_length=10)),
                        ("since", models.DateField()),
                        ("value", models.FloatField(blank=True, null=True)),
                        ("threshold", models.FloatField(blank=True, null=True)),
                        ("size", models.FloatField(default=0)),
                        ("cause", models.JSONField(default=dict)),
                        ("action", models.JSONField(default=dict)),
                        ("customers", models.JSONField(default=list)),
                        ("customer_count", models.PositiveIntegerField(default=0)),
                        ("state", models.CharField(default="open", max_length=10)),
                        ("snoozed_until", models.DateField(blank=True, null=True)),
                        ("note", models.CharField(blank=True, default="", max_length=1000)),
                        ("version", models.PositiveIntegerField(default=1)),
                        (
                            "handled_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.organisation"
                            ),
                        ),
                        (
                            "owner",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="store.owner",
                            ),
                        ),
                        (
                            "territory",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="store.territory",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "base_manager_name": "unscoped",
                        "default_manager_name": "unscoped",
                        "constraints": [
                            models.UniqueConstraint(fields=("organisation", "key"), name="alert_once_by_key")
                        ],
                    },
                    managers=[
                        ("unscoped", django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name="Token",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=120)),
                        ("prefix", models.CharField(max_length=12)),
                        ("digest", models.CharField(max_length=64, unique=True)),
                        ("scopes", models.JSONField(default=list)),
                        ("family", models.CharField(max_length=16)),
                        ("epoch", models.PositiveIntegerField()),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("expires_at", models.DateTimeField()),
                        ("last_used_at", models.DateTimeField(blank=True, null=True)),
                        ("revoked_at", models.DateTimeField(blank=True, null=True)),
                        ("rotated_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.organisation"
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "base_manager_name": "unscoped",
                        "default_manager_name": "unscoped",
                        "indexes": [models.Index(fields=["organisation", "family"], name="token_family")],
                    },
                    managers=[
                        ("unscoped", django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name="Tombstone",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("kind", models.CharField(max_length=10)),
                        ("digest", models.CharField(max_length=32)),
                        ("at", models.DateTimeField()),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.organisation"
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "base_manager_name": "unscoped",
                        "default_manager_name": "unscoped",
                        "constraints": [
                            models.UniqueConstraint(fields=("organisation", "digest"), name="tombstone_once"),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("kind__in", ("customer", "contact", "name_phone", "email", "tax_id"))
                                ),
                                name="tombstone_kind_is_known",
                            ),
                        ],
                    },
                    managers=[
                        ("unscoped", django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name="Visit",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("planned_on", models.DateField()),
                        ("due_on", models.DateField(blank=True, null=True)),
                        ("days_late", models.IntegerField(default=0)),
                        ("visits_per_year", models.FloatField(blank=True, null=True)),
                        ("code", models.CharField(max_length=80)),
                        ("params", models.JSONField(default=dict)),
                        ("state", models.CharField(default="planned", max_length=10)),
                        ("minutes", models.PositiveIntegerField(blank=True, null=True)),
                        ("note", models.CharField(blank=True, default="", max_length=1000)),
                        ("closed_at", models.DateTimeField(blank=True, null=True)),
                        ("version", models.PositiveIntegerField(default=1)),
                        (
                            "customer",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="visits", to="store.customer"
                            ),
                        ),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.organisation"
                            ),
                        ),
                        (
                            "owner",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="store.owner"
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "base_manager_name": "unscoped",
                        "default_manager_name": "unscoped",
                        "indexes": [
                            models.Index(fields=["owner", "planned_on"], name="visit_by_day"),
                            models.Index(fields=["organisation", "state", "planned_on", "id"], name="visit_next_first"),
                            models.Index(fields=["customer", "state"], name="visit_by_customer"),
                        ],
                    },
                    managers=[
                        ("unscoped", django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name="Webhook",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("url", models.CharField(max_length=500)),
                        ("secret", models.CharField(max_length=120)),
                        ("kinds", models.JSONField(default=list)),
                        ("active", models.BooleanField(default=False)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        (
                            "created_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.organisation"
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "base_manager_name": "unscoped",
                        "default_manager_name": "unscoped",
                    },
                    managers=[
                        ("unscoped", django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name="OutboxEvent",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("key", models.CharField(max_length=64)),
                        ("kind", models.CharField(max_length=60)),
                        ("body", models.JSONField(default=dict)),
                        ("created_at", models.DateTimeField()),
                        ("next_try_at", models.DateTimeField()),
                        ("tries", models.PositiveSmallIntegerField(default=0)),
                        ("sent_at", models.DateTimeField(blank=True, null=True)),
                        ("dead_at", models.DateTimeField(blank=True, null=True)),
                        ("trouble", models.CharField(blank=True, default="", max_length=200)),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.organisation"
                            ),
                        ),
                        (
                            "webhook",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="events", to="store.webhook"
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "base_manager_name": "unscoped",
                        "default_manager_name": "unscoped",
                        "indexes": [
                            models.Index(
                                condition=models.Q(("dead_at__isnull", True), ("sent_at__isnull", True)),
                                fields=["next_try_at"],
                                name="outbox_waiting",
                            )
                        ],
                        "constraints": [models.UniqueConstraint(fields=("webhook", "key"), name="event_once_to_each")],
                    },
                    managers=[
                        ("unscoped", django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name="CustomerScore",
                    fields=[
                        (
                            "customer",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                primary_key=True,
                                related_name="scores",
                                serialize=False,
                                to="store.customer",
                            ),
                        ),
                        ("tier", models.CharField(blank=True, default="", max_length=2)),
                        ("score", models.FloatField(blank=True, null=True)),
                        ("score_parts", models.PositiveSmallIntegerField(blank=True, null=True)),
                        ("rfm", models.CharField(blank=True, default="", max_length=3)),
                        ("abc", models.CharField(blank=True, default="", max_length=1)),
                        ("abc_profit", models.CharField(blank=True, default="", max_length=1)),
                        ("recency_days", models.IntegerField(blank=True, null=True)),
                        ("frequency", models.IntegerField(blank=True, null=True)),
                        ("monetary", models.DecimalField(blank=True, decimal_places=4, max_digits=18, null=True)),
                        ("revenue_12m", models.DecimalField(blank=True, decimal_places=4, max_digits=18, null=True)),
                        ("profit", models.DecimalField(blank=True, decimal_places=4, max_digits=18, null=True)),
                        ("clv", models.DecimalField(blank=True, decimal_places=4, max_digits=18, null=True)),
                        ("clv_low", models.DecimalField(blank=True, decimal_places=4, max_digits=18, null=True)),
                        ("clv_high", models.DecimalField(blank=True, decimal_places=4, max_digits=18, null=True)),
                        ("p_alive", models.FloatField(blank=True, null=True)),
                        ("expected_90d", models.FloatField(blank=True, null=True)),
                        ("churn_risk", models.FloatField(blank=True, null=True)),
                        ("csat", models.FloatField(blank=True, null=True)),
                        ("nps_group", models.CharField(blank=True, default="", max_length=10)),
                        ("loyalty", models.FloatField(blank=True, null=True)),
                        ("workload", models.FloatField(blank=True, null=True)),
                        ("potential", models.DecimalField(blank=True, decimal_places=4, max_digits=18, null=True)),
                        ("as_of", models.DateField()),
                        ("versions", models.JSONField(default=dict)),
                        ("last_visit_on", models.DateField(blank=True, null=True)),
                        (
                            "by_score",
                            models.GeneratedField(
                                db_persist=True,
                                expression=django.db.models.functions.comparison.Coalesce(
                                    django.db.models.functions.comparison.Cast(models.F("score"), models.FloatField()),
                                    models.Value(-1e18),
                                ),
                                output_field=models.FloatField(),
                            ),
                        ),
                        (
                            "by_clv",
                            models.GeneratedField(
                                db_persist=True,
                                expression=django.db.models.functions.comparison.Coalesce(
                                    django.db.models.functions.comparison.Cast(models.F("clv"), models.FloatField()),
                                    models.Value(-1e18),
                                ),
                                output_field=models.FloatField(),
                            ),
                        ),
                        (
                            "by_revenue",
                            models.GeneratedField(
                                db_persist=True,
                                expression=django.db.models.functions.comparison.Coalesce(
                                    django.db.models.functions.comparison.Cast(
                                        models.F("revenue_12m"), models.FloatField()
                                    ),
                                    models.Value(-1e18),
                                ),
                                output_field=models.FloatField(),
                            ),
                        ),
                        (
                            "by_risk",
                            models.GeneratedField(
                                db_persist=True,
                                expression=django.db.models.functions.comparison.Coalesce(
                                    django.db.models.functions.comparison.Cast(
                                        models.F("churn_risk"), models.FloatField()
                                    ),
                                    models.Value(-1e18),
                                ),
                                output_field=models.FloatField(),
                            ),
                        ),
                        (
                            "by_recency",
                            models.GeneratedField(
                                db_persist=True,
                                expression=django.db.models.functions.comparison.Coalesce(
                                    models.F("recency_days"), models.Value(1000000)
                                ),
                                output_field=models.IntegerField(),
                            ),
                        ),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.organisation"
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "base_manager_name": "unscoped",
                        "default_manager_name": "unscoped",
                        "indexes": [
                            models.Index(fields=["organisation", "-by_score", "customer"], name="score_best_first"),
                            models.Index(fields=["organisation", "-by_clv", "customer"], name="score_most_valuable"),
                            models.Index(fields=["organisation", "-by_revenue", "customer"], name="score_largest"),
                            models.Index(fields=["organisation", "-by_risk", "customer"], name="score_most_at_risk"),
                            models.Index(fields=["organisation", "by_recency", "customer"], name="score_latest_order"),
                            models.Index(
                                fields=["organisation", "tier", "-by_score", "customer"], name="score_by_tier"
                            ),
                            models.Index(
                                fields=["organisation", "tier", "-by_clv", "customer"], name="tier_most_valuable"
                            ),
                            models.Index(
                                fields=["organisation", "tier", "-by_revenue", "customer"], name="tier_largest"
                            ),
                            models.Index(
                                fields=["organisation", "tier", "-by_risk", "customer"], name="tier_most_at_risk"
                            ),
                            models.Index(
                                fields=["organisation", "tier", "by_recency", "customer"], name="tier_latest_order"
                            ),
                            models.Index(
                                fields=["organisation", "abc", "-by_score", "customer"], name="class_best_first"
                            ),
                            models.Index(
                                fields=["organisation", "abc", "-by_revenue", "customer"], name="class_largest"
                            ),
                        ],
                    },
                    managers=[
                        ("unscoped", django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name="Notice",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("kind", models.CharField(max_length=20)),
                        ("code", models.CharField(max_length=80)),
                        ("params", models.JSONField(default=dict)),
                        ("link", models.CharField(blank=True, default="", max_length=300)),
                        ("at", models.DateTimeField()),
                        ("read_at", models.DateTimeField(blank=True, null=True)),
                        ("key", models.CharField(blank=True, max_length=120, null=True)),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.organisation"
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "base_manager_name": "unscoped",
                        "default_manager_name": "unscoped",
                        "indexes": [models.Index(fields=["user", "-at"], name="notice_latest_first")],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("key__isnull", False)),
                                fields=("user", "key"),
                                name="notice_once_by_key",
                            )
                        ],
                    },
                    managers=[
                        ("unscoped", django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name="Note",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("kind", models.CharField(max_length=12)),
                        ("at", models.DateTimeField()),
                        ("text", models.TextField(blank=True, default="")),
                        ("minutes", models.PositiveIntegerField(blank=True, null=True)),
                        ("outcome", models.CharField(blank=True, default="", max_length=60)),
                        ("topic", models.CharField(blank=True, default="", max_length=60)),
                        ("people", models.CharField(blank=True, default="", max_length=300)),
                        ("key", models.CharField(blank=True, max_length=64, null=True)),
                        ("recorded_at", models.DateTimeField(auto_now_add=True)),
                        (
                            "by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "customer",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="notes", to="store.customer"
                            ),
                        ),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.organisation"
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "base_manager_name": "unscoped",
                        "default_manager_name": "unscoped",
                        "indexes": [models.Index(fields=["customer", "-at", "-id"], name="note_latest_first")],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "kind__in",
                                        (
                                            "visit",
                                            "call",
                                            "email",
                                            "message",
                                            "interview",
                                            "focus_group",
                                            "callback",
                                            "review",
                                        ),
                                    )
                                ),
                                name="note_kind_is_known",
                            ),
                            models.UniqueConstraint(fields=("customer", "key"), name="note_once_by_key"),
                        ],
                    },
                    managers=[
                        ("unscoped", django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name="Merge",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("moved", models.JSONField(default=dict)),
                        ("row", models.JSONField(default=dict)),
                        ("before", models.JSONField(default=dict)),
                        ("after", models.JSONField(default=dict)),
                        ("at", models.DateTimeField()),
                        ("undone_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "merged",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="store.customer"
                            ),
                        ),
                        (
                            "standing",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="store.customer"
                            ),
                        ),
                        (
                            "survivor",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="store.customer"
                            ),
                        ),
                        (
                            "undone_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.organisation"
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "base_manager_name": "unscoped",
                        "default_manager_name": "unscoped",
                        "indexes": [
                            models.Index(fields=["organisation", "-at", "-id"], name="merge_latest_first"),
                            models.Index(
                                condition=models.Q(("undone_at__isnull", True)),
                                fields=["standing"],
                                name="merge_in_force",
                            ),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("undone_at__isnull", True)), fields=("merged",), name="merged_once"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("survivor", models.F("merged")), _negated=True), name="merge_of_two"
                            ),
                        ],
                    },
                    managers=[
                        ("unscoped", django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name="MarketFact",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("place", models.CharField(max_length=12)),
                        ("at", models.DateField()),
                        ("source", models.CharField(max_length=300)),
                        ("recorded_at", models.DateTimeField()),
                        ("version", models.PositiveIntegerField(default=1)),
                        ("superseded_at", models.DateTimeField(blank=True, null=True)),
                        ("kind", models.CharField(max_length=12)),
                        ("value", models.FloatField(blank=True, null=True)),
                        ("text", models.CharField(blank=True, default="", max_length=1000)),
                        (
                            "by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.organisation"
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "base_manager_name": "unscoped",
                        "default_manager_name": "unscoped",
                        "indexes": [
                            models.Index(fields=["organisation", "-at", "id"], name="market_fact_latest_first")
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("superseded_at__isnull", True)),
                                fields=("organisation", "place", "kind", "at"),
                                name="market_fact_once",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "kind__in",
                                        ("size", "competition", "growth", "population", "gdp", "culture", "law"),
                                    )
                                ),
                                name="market_kind_is_known",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("kind__in", ("size", "competition", "growth", "population", "gdp")),
                                        ("value__isnull", False),
                                    ),
                                    models.Q(("kind__in", ("culture", "law")), models.Q(("text", ""), _negated=True)),
                                    _connector="OR",
                                ),
                                name="market_fact_says_something",
                            ),
                        ],
                    },
                    managers=[
                        ("unscoped", django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name="IdempotencyKey",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("key", models.CharField(max_length=255)),
                        ("request", models.CharField(max_length=300)),
                        ("digest", models.CharField(max_length=64)),
                        ("status", models.PositiveSmallIntegerField(blank=True, null=True)),
                        ("answer", models.TextField(blank=True, default="")),
                        ("effect", models.BooleanField(default=False)),
                        ("created_at", models.DateTimeField()),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.organisation"
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "base_manager_name": "unscoped",
                        "default_manager_name": "unscoped",
                        "indexes": [models.Index(fields=["created_at"], name="request_oldest_first")],
                        "constraints": [models.UniqueConstraint(fields=("user", "key"), name="request_once_by_key")],
                    },
                    managers=[
                        ("unscoped", django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name="FeedArrival",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=255)),
                        ("mark", models.CharField(blank=True, default="", max_length=16)),
                        ("look", models.CharField(blank=True, default="", max_length=60)),
                        ("bytes", models.BigIntegerField(default=0)),
                        ("sha256", models.CharField(blank=True, default="", max_length=64)),
                        ("state", models.CharField(default="taken", max_length=10)),
                        ("tries", models.PositiveIntegerField(default=0)),
                        ("reason", models.JSONField(default=dict)),
                        ("at", models.DateTimeField()),
                        ("ended_at", models.DateTimeField(blank=True, null=True)),
                        ("cleared_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "feed",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="arrivals", to="store.feed"
                            ),
                        ),
                        (
                            "upload",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="store.import",
                            ),
                        ),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.organisation"
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "base_manager_name": "unscoped",
                        "default_manager_name": "unscoped",
                        "indexes": [models.Index(fields=["feed", "-at", "-id"], name="arrival_latest_first")],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("state__in", ("taken", "waiting", "done", "unchanged", "failed", "refused"))
                                ),
                                name="arrival_state_is_known",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("state__in", ("taken", "waiting"))),
                                fields=("feed",),
                                name="arrival_one_under_way_by_feed",
                            ),
                        ],
                    },
                    managers=[
                        ("unscoped", django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name="Facet",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("kind", models.CharField(max_length=12)),
                        ("value", models.CharField(max_length=120)),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.organisation"
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "base_manager_name": "unscoped",
                        "default_manager_name": "unscoped",
                        "constraints": [
                            models.UniqueConstraint(fields=("organisation", "kind", "value"), name="facet_once")
                        ],
                    },
                    managers=[
                        ("unscoped", django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name="DuplicatePair",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("probability", models.FloatField()),
                        ("weight", models.FloatField()),
                        ("verdict", models.CharField(max_length=6)),
                        ("evidence", models.JSONField(default=list)),
                        ("names", models.CharField(max_length=32)),
                        ("state", models.CharField(default="open", max_length=6)),
                        ("at", models.DateTimeField(blank=True, null=True)),
                        ("found_at", models.DateTimeField()),
                        ("version", models.PositiveIntegerField(default=1)),
                        (
                            "by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "left",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="store.customer"
                            ),
                        ),
                        (
                            "right",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="store.customer"
                            ),
                        ),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.organisation"
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "base_manager_name": "unscoped",
                        "default_manager_name": "unscoped",
                        "indexes": [
                            models.Index(
                                fields=["organisation", "state", "-weight", "id"], name="pair_most_certain_first"
                            ),
                            models.Index(fields=["right"], name="pair_by_right"),
                        ],
                        "constraints": [
                            models.UniqueConstraint(fields=("left", "right"), name="pair_once"),
                            models.CheckConstraint(
                                condition=models.Q(("left__lt", models.F("right"))), name="pair_left_is_the_older"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("verdict__in", ("merge", "review"))), name="pair_verdict_is_known"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("state__in", ("open", "later", "apart", "merged"))),
                                name="pair_state_is_known",
                            ),
                        ],
                    },
                    managers=[
                        ("unscoped", django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name="ConsentRecord",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("contact", models.CharField(blank=True, default="", max_length=64)),
                        ("purpose", models.CharField(default="marketing", max_length=20)),
                        ("given", models.BooleanField()),
                        ("at", models.DateTimeField()),
                        ("wording", models.CharField(blank=True, default="", max_length=500)),
                        ("source", models.CharField(default="page", max_length=300)),
                        (
                            "by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "customer",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="consents",
                                to="store.customer",
                            ),
                        ),
                        (
                            "brought_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="consents",
                                to="store.import",
                            ),
                        ),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.organisation"
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "base_manager_name": "unscoped",
                        "default_manager_name": "unscoped",
                        "indexes": [models.Index(fields=["customer", "-at", "-id"], name="consent_latest_first")],
                    },
                    managers=[
                        ("unscoped", django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name="CompetitorFact",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("place", models.CharField(max_length=12)),
                        ("at", models.DateField()),
                        ("source", models.CharField(max_length=300)),
                        ("recorded_at", models.DateTimeField()),
                        ("version", models.PositiveIntegerField(default=1)),
                        ("superseded_at", models.DateTimeField(blank=True, null=True)),
                        ("name", models.CharField(max_length=120)),
                        ("product", models.CharField(blank=True, default="", max_length=120)),
                        ("price", models.DecimalField(blank=True, decimal_places=4, max_digits=18, null=True)),
                        ("share", models.FloatField(blank=True, null=True)),
                        ("strength", models.CharField(blank=True, default="", max_length=500)),
                        (
                            "by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.organisation"
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "base_manager_name": "unscoped",
                        "default_manager_name": "unscoped",
                        "indexes": [models.Index(fields=["organisation", "-at", "id"], name="competitor_latest_first")],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("superseded_at__isnull", True)),
                                fields=("organisation", "name", "place", "product", "at"),
                                name="competitor_fact_once",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("share__isnull", True),
                                    models.Q(("share__gte", 0), ("share__lte", 1)),
                                    _connector="OR",
                                ),
                                name="competitor_share_is_one",
                            ),
                        ],
                    },
                    managers=[
                        ("unscoped", django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name="CompanyKey",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("key", models.BigIntegerField()),
                        (
                            "customer",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="store.customer"
                            ),
                        ),
                        (
                            "organisation",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="store.organisation",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "base_manager_name": "unscoped",
                        "default_manager_name": "unscoped",
                        "indexes": [models.Index(fields=["organisation", "key", "customer"], name="company_by_key")],
                    },
                    managers=[
                        ("unscoped", django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name="AuditHead",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("sequence", models.BigIntegerField(default=0)),
                        ("digest", models.CharField(blank=True, default="", max_length=64)),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.organisation"
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "base_manager_name": "unscoped",
                        "default_manager_name": "unscoped",
                        "constraints": [models.UniqueConstraint(fields=("organisation",), name="one_chain_for_each")],
                    },
                    managers=[
                        ("unscoped", django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name="AuditEntry",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("sequence", models.BigIntegerField()),
                        ("at", models.DateTimeField()),
                        ("who", models.CharField(blank=True, default="", max_length=64)),
                        ("origin", models.CharField(max_length=20)),
                        ("verb", models.CharField(max_length=60)),
                        ("noun", models.CharField(max_length=30)),
                        ("key", models.CharField(blank=True, default="", max_length=120)),
                        ("before", models.JSONField(default=dict)),
                        ("after", models.JSONField(default=dict)),
                        ("note", models.CharField(blank=True, default="", max_length=500)),
                        ("previous", models.CharField(max_length=64)),
                        ("digest", models.CharField(max_length=64)),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.organisation"
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "base_manager_name": "unscoped",
                        "default_manager_name": "unscoped",
                        "indexes": [
                            models.Index(fields=["organisation", "noun", "key"], name="audit_by_object"),
                            models.Index(fields=["organisation", "who"], name="audit_by_person"),
                        ],
                        "constraints": [
                            models.UniqueConstraint(fields=("organisation", "sequence"), name="audit_no_gap")
                        ],
                    },
                    managers=[
                        ("unscoped", django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name="Approval",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("noun", models.CharField(max_length=20)),
                        ("key", models.CharField(max_length=64)),
                        ("code", models.CharField(max_length=80)),
                        ("params", models.JSONField(default=dict)),
                        ("link", models.CharField(blank=True, default="", max_length=300)),
                        ("verb", models.CharField(max_length=40)),
                        ("asked_at", models.DateTimeField()),
                        ("note", models.TextField(blank=True, default="")),
                        ("decided_at", models.DateTimeField(blank=True, null=True)),
                        ("outcome", models.CharField(blank=True, default="", max_length=10)),
                        ("answer", models.TextField(blank=True, default="")),
                        (
                            "asked_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "decided_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.organisation"
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "base_manager_name": "unscoped",
                        "default_manager_name": "unscoped",
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("decided_by__isnull", True),
                                    ("asked_by__isnull", True),
                                    models.Q(("decided_by", models.F("asked_by")), _negated=True),
                                    _connector="OR",
                                ),
                                name="nobody_approves_themselves",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("decided_at__isnull", True)),
                                fields=("organisation", "noun", "key"),
                                name="one_open_approval",
                            ),
                        ],
                    },
                    managers=[
                        ("unscoped", django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name="Appeal",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("at", models.DateTimeField()),
                        ("text", models.TextField()),
                        ("state", models.CharField(default="open", max_length=10)),
                        ("answer", models.TextField(blank=True, default="")),
                        ("answered_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "answered_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "decision",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="appeals", to="store.decision"
                            ),
                        ),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.organisation"
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "base_manager_name": "unscoped",
                        "default_manager_name": "unscoped",
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("state", "open")), fields=("decision",), name="one_open_appeal"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("answered_by__isnull", True),
                                    ("by__isnull", True),
                                    models.Q(("answered_by", models.F("by")), _negated=True),
                                    _connector="OR",
                                ),
                                name="nobody_answers_their_own_appeal",
                            ),
                        ],
                    },
                    managers=[
                        ("unscoped", django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name="Action",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("kind", models.CharField(max_length=40)),
                        ("priority", models.FloatField(default=0)),
                        ("due_on", models.DateField(blank=True, null=True)),
                        ("value_at_stake", models.DecimalField(blank=True, decimal_places=4, max_digits=18, null=True)),
                        ("expected_value", models.DecimalField(blank=True, decimal_places=4, max_digits=18, null=True)),
                        ("marketing", models.BooleanField(default=False)),
                        ("code", models.CharField(max_length=80)),
                        ("params", models.JSONField(default=dict)),
                        ("state", models.CharField(default="open", max_length=10)),
                        ("closed_at", models.DateTimeField(blank=True, null=True)),
                        ("note", models.CharField(blank=True, default="", max_length=1000)),
                        ("version", models.PositiveIntegerField(default=1)),
                        (
                            "closed_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "customer",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="actions", to="store.customer"
                            ),
                        ),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.organisation"
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "base_manager_name": "unscoped",
                        "default_manager_name": "unscoped",
                        "indexes": [
                            models.Index(
                                fields=["organisation", "state", "-priority", "id"], name="action_most_urgent_first"
                            ),
                            models.Index(fields=["customer", "state"], name="action_by_customer"),
                        ],
                    },
                    managers=[
                        ("unscoped", django.db.models.manager.Manager()),
                    ],
                ),
                migrations.AddField(
                    model_name="ownerscore",
                    name="organisation",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.organisation"
                    ),
                ),
                migrations.AddIndex(
                    model_name="customer",
                    index=models.Index(fields=["territory", "sort_key", "id"], name="customer_by_territory"),
                ),
            ]
        )
    ]
