"""Django admin's list over the same policies: the peer of the search page. Runs in an environment of its own.

    python -m venv ENV && ENV/bin/pip install -r bench/requirements.txt
    ENV/bin/python bench/django_admin.py FOLDER/policies-200000.db TEXT ...

Prints JSON: for each text the best of three times in ms, of the whole page and of its queries alone, and the total.
"""

import json
import sys
import time
from typing import Any

import django
from django.conf import settings

settings.configure(
    DEBUG=False,
    SECRET_KEY="only for this measurement",
    ALLOWED_HOSTS=["testserver"],
    ROOT_URLCONF=__name__,
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": sys.argv[1] if len(sys.argv) > 1 else ":memory:",
            "OPTIONS": {"init_command": "PRAGMA cache_size=-65536; PRAGMA mmap_size=1073741824"},
        }
    },
    INSTALLED_APPS=[
        "django.contrib.admin",
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "django.contrib.messages",
    ],
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
    ],
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "APP_DIRS": True,
            "OPTIONS": {
                "context_processors": [
                    "django.template.context_processors.request",
                    "django.contrib.auth.context_processors.auth",
                    "django.contrib.messages.context_processors.messages",
                ]
            },
        }
    ],
    SESSION_ENGINE="django.contrib.sessions.backends.signed_cookies",
    STATIC_URL="/static/",
    USE_TZ=True,
)
django.setup()

from django.contrib import admin  # noqa: E402
from django.contrib.auth.models import AnonymousUser  # noqa: E402
from django.db import models  # noqa: E402
from django.test import RequestFactory  # noqa: E402
from django.urls import path  # noqa: E402


class Line(models.Model):
    name = models.CharField(max_length=80)

    class Meta:
        app_label, db_table, managed = "auth", "line_of_business", False

    def __str__(self) -> str:
        return self.name


class Carrier(models.Model):
    name = models.CharField(max_length=120)

    class Meta:
        app_label, db_table, managed = "auth", "carrier", False

    def __str__(self) -> str:
        return self.name


class Policy(models.Model):
    insured_name = models.CharField(max_length=200)
    number = models.CharField(max_length=64)
    line = models.ForeignKey(Line, models.PROTECT)
    carrier = models.ForeignKey(Carrier, models.PROTECT)
    effective = models.DateField()
    expiration = models.DateField()
    premium = models.BigIntegerField()
    status = models.CharField(max_length=24)
    vins = models.TextField()
    streets = models.TextField()

    class Meta:
        app_label, db_table, managed = "auth", "policy", False


class PolicyAdmin(admin.ModelAdmin):
    list_display = ("insured_name", "number", "line", "carrier", "effective", "expiration", "premium", "status")
    list_select_related = ("line", "carrier")
    list_per_page = 50
    search_fields = ("insured_name", "number", "vins", "streets")
    ordering = ("insured_name", "id")
    show_full_result_count = False


class Everybody(AnonymousUser):
    """Stands in for the signed-in administrator, so that neither sign-in nor permissions are measured."""

    is_active = is_staff = is_superuser = True

    def has_perm(self, *_: Any) -> bool:
        return True

    def has_module_perms(self, *_: Any) -> bool:
        return True

    def get_username(self) -> str:
        return "bench"

    def has_usable_password(self) -> bool:
        return False


site = admin.AdminSite()
site.register(Policy, PolicyAdmin)
urlpatterns = [path("admin/", site.urls)]
LIST = PolicyAdmin(Policy, site)


def request(typed: str) -> Any:
    asked = RequestFactory().get("/admin/auth/policy/", {"q": typed})
    asked.user = Everybody()
    asked.session = {}
    return asked


def page(typed: str) -> int:
    answer = LIST.changelist_view(request(typed))
    answer.render()
    return int(answer.context_data["cl"].result_count)


def queries(typed: str) -> int:
    changes = LIST.get_changelist_instance(request(typed))
    list(changes.result_list)
    return int(changes.result_count)


def best(run: Any, typed: str) -> tuple[float, int]:
    times = []
    for _ in range(3):
        begun = time.perf_counter()
        total = run(typed)
        times.append((time.perf_counter() - begun) * 1000)
    return min(times), total


def main() -> None:
    page(sys.argv[2])
    found = []
    for typed in sys.argv[2:]:
        (whole, total), (alone, _) = best(page, typed), best(queries, typed)
        found.append({"text": typed, "page": whole, "queries": alone, "total": total})
    print(json.dumps(found))


if __name__ == "__main__":
    main()
