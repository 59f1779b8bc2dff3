"""The one place where adapters meet ports, and where a database is made ready and recognised."""

import os
from urllib.parse import urlsplit

from portal_app import encryption, logs, migrations
from portal_app.database import Database
from portal_app.models import metadata
from portal_app.models.enums import DatabaseUse
from portal_app.models.jobs import Instance
from portal_app.services import door as doors
from portal_app.services.access import Gate, system
from portal_app.services.ams.port import AmsIntake
from portal_app.services.configuration.reading import ConfigurationProblems
from portal_app.services.door import Door, Tx, writes
from portal_app.services.media.port import Scanner
from portal_app.services.ports import FeedConnector, Mailer, Ports, TextMessenger
from portal_app.services.producers import loading
from portal_app.services.producers.configuration import ProducerConfiguration
from portal_app.services.producers.plugins import PluginProblem, Plugins
from portal_app.services.sync import bulk
from portal_app.services.webhooks.port import WebhookSender
from portal_app.settings import LOOPBACK, PREFIX, FeedSettings, Settings, SettingsError

INSTANCE = metadata.tables["instance"]


def open_portal(settings: Settings) -> Door:
    """Keys, database in its newest shape and stamped, adapters, door. Raises SettingsError where this must not
    start."""
    logs.configure(settings.log_level)
    # Database, keys and anchors are for this user alone, also in a folder that others may enter.
    os.umask(0o077)
    if settings.demo and settings.host not in LOOPBACK:
        raise SettingsError(
            [f"{PREFIX}HOST: the demo's passwords are public, so it serves {', '.join(LOOPBACK)} only."]
        )
    ports = ports_of(settings)
    settings.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    encryption.install(encryption.keyring_of(settings))
    database = Database(settings.database)
    if migrations.current(database) != migrations.head():
        migrations.upgrade(database)
    door = Door(database, settings, ports)
    use = door.run(stamp, system("start"))
    if (use is DatabaseUse.DEMO) != settings.demo:
        door.close()
        raise SettingsError([_mixed(use, settings)])
    doors.install(door)
    return door


@writes(Gate.SYSTEM)
def stamp(tx: Tx) -> DatabaseUse:
    """What the database is for; a new one takes the purpose of whoever starts it first."""
    found = tx.db.get(Instance, 1)
    if found is None:
        # Two processes may find it new at the same moment: the row of one is kept, and the other goes by it.
        use = DatabaseUse.DEMO if tx.settings.demo else DatabaseUse.AGENCY
        bulk.insert_missing(tx.db, INSTANCE, [{"id": 1, "used_for": use, "created_at": tx.now}])
        found = tx.db.get_one(Instance, 1)
    return found.use


def ports_of(settings: Settings) -> Ports:
    """The adapters that the settings ask for."""
    feeds = {feed.name: _connector(feed, settings) for feed in settings.feeds}
    producers, plugins = _of_producers(settings)
    mailer = _mailer(settings)
    return Ports(
        feeds=feeds,
        mailer=mailer,
        texts=_texts(settings),
        webhooks=_webhooks(settings),
        scanner=_scanner(settings),
        ams=_ams(settings, mailer),
        producers=producers,
        plugins=plugins,
    )


def _connector(feed: FeedSettings, settings: Settings) -> FeedConnector:
    from integrations.custom.connector import CustomConnector

    if feed.sftp is None:
        return CustomConnector(feed)
    from integrations.sftp.connector import SftpConnector

    fetched = feed.model_copy(update={"folder": settings.folder / "feeds" / feed.name})
    return SftpConnector(fetched, feed.sftp, CustomConnector(fetched))


def _of_producers(settings: Settings) -> tuple[ProducerConfiguration, Plugins]:
    """What the agency says of its producers, and its own rules about them. Raises SettingsError with everything that is
    wrong with either."""
    problems: list[str] = []
    configured, plugins = loading.shipped(), Plugins()
    if settings.producers_file:
        try:
            configured = loading.load(settings.producers_file.read_text(encoding="utf-8"))
        except ConfigurationProblems as error:
            problems += [f"{PREFIX}PRODUCERS_FILE: {each}" for each in error.problems]
        except (OSError, UnicodeDecodeError):
            problems.append(f"{PREFIX}PRODUCERS_FILE: {settings.producers_file} cannot be read.")
    if settings.plugins:
        try:
            plugins = Plugins.named(settings.plugins)
        except PluginProblem as error:
            problems.append(f"{PREFIX}PLUGINS: {error}")
    if problems:
        raise SettingsError(problems)
    return configured, plugins


def _mailer(settings: Settings) -> Mailer | None:
    if not settings.smtp_url:
        return None
    from integrations.mail.smtp import SmtpMailer

    return SmtpMailer(settings.smtp_url, settings.mail_from)


def _ams(settings: Settings, mailer: Mailer | None) -> AmsIntake | None:
    """The way to any system that takes mail: to which address, the agency says."""
    if mailer is None:
        return None
    from integrations.custom.intake import MailIntake

    return MailIntake(mailer, urlsplit(settings.origin).hostname or "portal")


def _texts(settings: Settings) -> TextMessenger | None:
    if not settings.sms_account:
        return None
    from integrations.sms.twilio import TwilioMessenger

    return TwilioMessenger(settings.sms_url, settings.sms_account, settings.sms_token, settings.sms_from)


def _webhooks(settings: Settings) -> WebhookSender:
    from integrations.webhooks.sender import HttpSender

    return HttpSender(settings.webhook_networks)


def _scanner(settings: Settings) -> Scanner | None:
    if not settings.clamd_url:
        return None
    from integrations.scanner.clamd import Clamd

    return Clamd(settings.clamd_url)


def _mixed(use: DatabaseUse, settings: Settings) -> str:
    place = settings.folder
    if use is DatabaseUse.DEMO:
        return (
            f"{place} holds the demo. Give your agency a folder of its own with {PREFIX}DATA_DIR, or start with --demo."
        )
    return f"{place} holds an agency's data, and the demo does not touch it. Start without --demo."
