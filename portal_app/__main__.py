"""The command line. Each command exits with 0 only where it did what it says."""

import gc

if __name__ == "__main__":
    # What is loaded now stays: looking for garbage in it costs a tenth of the start.
    gc.disable()

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Annotated, Any

import pyotp
import typer

from portal_app import migrations
from portal_app.bootstrap import open_portal
from portal_app.models.enums import Cadence, Role, RunState
from portal_app.services.access import system
from portal_app.services.door import Door
from portal_app.services.errors import DomainError
from portal_app.settings import Settings, SettingsError, load_settings

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
demo = typer.Typer(no_args_is_help=True, help="The demo agency.")
token = typer.Typer(no_args_is_help=True, help="Tokens for the REST API.")
sync = typer.Typer(no_args_is_help=True, help="The feeds from the agency management system.")
user = typer.Typer(no_args_is_help=True, help="People who sign in.")
audit = typer.Typer(no_args_is_help=True, help="The audit trail.")
for name, group in {"demo": demo, "token": token, "sync": sync, "user": user, "audit": audit}.items():
    app.add_typer(group, name=name)

CLI = system("command line")


def fail(sentence: str) -> "typer.Exit":
    typer.echo(sentence, err=True)
    return typer.Exit(1)


def settings_or_exit(**given: Any) -> Settings:
    try:
        return load_settings(**given)
    except SettingsError as error:
        raise fail("The settings are not right:\n" + "\n".join(f"  {each}" for each in error.problems)) from None


def settings_at_hand() -> Settings:
    """For a command typed beside a running portal: where only the demo has been set up, the demo is meant."""
    settings = settings_or_exit()
    if settings.demo or settings.database_url or (settings.folder / "portal.db").exists():
        return settings
    demo = settings_or_exit(demo=True)
    return demo if (demo.folder / "portal.db").exists() else settings


@contextmanager
def portal(settings: Settings | None = None) -> Iterator[Door]:
    """An open portal for one command; a domain error becomes its sentence and a failing exit."""
    try:
        door = open_portal(settings or settings_at_hand())
    except SettingsError as error:
        raise fail("\n".join(error.problems)) from None
    try:
        yield door
    except DomainError as error:
        raise fail(error.sentence) from None
    finally:
        door.close()


@app.command()
def serve(
    demo: Annotated[bool, typer.Option("--demo", help="Serve the demo agency, on this machine only.")] = False,
) -> None:
    """Serve the portal: the web process and the worker, watched."""
    from portal_app import serve as serving

    settings = settings_or_exit(demo=True) if demo else settings_or_exit()
    if problem := serving.cannot_serve(settings):
        raise fail(problem)
    with portal(settings) as door:
        if settings.demo:
            from portal_app.demo import load_demo, welcome

            load_demo(door)
            typer.echo(welcome(settings))
        else:
            from portal_app.services.identity import set_up

            if link := door.run(set_up.first_administrator_link, CLI):
                typer.echo(f"Set up the first administrator within 24 hours, with this link:\n  {link}")
    raise typer.Exit(serving.serve(settings))


@app.command()
def web() -> None:
    """Run the web process alone."""
    from portal_app import serve as serving

    settings = settings_or_exit()
    with portal(settings):
        pass  # what is wrong is said here, once, and not by a server that starts again and again
    raise typer.Exit(serving.web(settings))


@app.command()
def worker() -> None:
    """Run the worker alone: feeds, outbox, audit seals."""
    from portal_app import serve as serving

    try:
        code = serving.worker(settings_or_exit())
    except SettingsError as error:
        raise fail("\n".join(error.problems)) from None
    raise typer.Exit(code)


@app.command()
def migrate() -> None:
    """Bring the database to the newest shape."""
    with portal() as door:
        typer.echo(f"The database is at {migrations.current(door.database)}.")


@app.command()
def doctor() -> None:
    """Look at database, storage, worker, feeds and settings, one line each; fails where something is wrong."""
    from portal_app.services.diagnostics import report

    with portal() as door:
        found = door.run(report, CLI)
    for line in found.lines:
        typer.echo("\n     ".join((line.text, *line.own)))
    if not found.is_well:
        raise typer.Exit(1)


@demo.command("load")
def demo_load() -> None:
    """Bring the demo agency into the demo's own folder, through the real sync."""
    from portal_app.demo import load_demo

    with portal(settings_or_exit(demo=True)) as door:
        load_demo(door)


@demo.command("sign-ins")
def demo_sign_ins(as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False) -> None:
    """Who can sign in to the demo, with password and TOTP secret."""
    from portal_app.demo import SIGN_INS

    rows = [sign_in.shown() for sign_in in SIGN_INS]
    if as_json:
        typer.echo(json.dumps(rows, indent=2))
        return
    for row in rows:
        typer.echo(f"{row['email']:<24} {row['password']}  code now: {pyotp.TOTP(row['totp_secret']).now()}")


@token.command("create")
def token_create(
    email: str,
    name: Annotated[str, typer.Option(help="What the token is for.")],
    write: Annotated[bool, typer.Option("--write", help="May also change things.")] = False,
    days: Annotated[int, typer.Option(min=1, max=366, help="How long it lasts.")] = 90,
) -> None:
    """Make a token and print it, alone. It is not shown again."""
    from portal_app.services.identity import tokens

    with portal() as door:
        typer.echo(door.run(tokens.create, CLI, email=email, name=name, may_write=write, lasts=timedelta(days=days)))


@sync.command("run")
def sync_run(
    feed: str, cadence: Annotated[Cadence | None, typer.Option(help="Only what is due hourly, or daily.")] = None
) -> None:
    """Take in what a feed holds now."""
    from portal_app.services.sync.runs import run_feed

    with portal() as door:
        runs = run_feed(door, feed=feed, cadence=cadence)
    for run in runs:
        typer.echo(
            f"{run.kind.label}: {run.state.label.lower()}; {run.rows_read} rows read, {run.rows_added} added, "
            f"{run.rows_changed} changed, {run.rows_unchanged} unchanged, {run.rows_quarantined} in quarantine. "
            f"{run.message}".rstrip()
        )
    if not runs or any(run.state is not RunState.SUCCEEDED for run in runs):
        raise typer.Exit(1)


@sync.command("quarantine")
def sync_quarantine(feed: Annotated[str, typer.Argument(help="One feed; all where none is named.")] = "") -> None:
    """List the rows that could not be taken in: file, line and every reason."""
    from portal_app.services.sync import quarantine

    with portal() as door:
        offset, total = 0, 1
        while offset < total:
            found = door.run(quarantine.listed, CLI, feed=feed, offset=offset, count=200)
            offset, total = offset + 200, found.total
            for row in found.rows:
                typer.echo(f"{row.feed} {row.kind.value}, {row.file_name}, line {row.line}: {' '.join(row.reasons)}")
    typer.echo(f"{total} {'row waits' if total == 1 else 'rows wait'}.")


@user.command("add")
def user_add(
    email: str,
    name: Annotated[str, typer.Option(help="Their name.")],
    role: Annotated[Role, typer.Option(help="What they may do.")],
    producer_code: Annotated[str, typer.Option(help="Whose book they see; needed for a producer.")] = "",
) -> None:
    """Add a person and print the one-time link by which they set their password."""
    from portal_app.services.identity import users

    with portal() as door:
        added = door.run(users.add, CLI, email=email, name=name, role=role, producer_code=producer_code)
        typer.echo(added.link)


@user.command("unlock")
def user_unlock(email: str) -> None:
    """Take a lock off before its time."""
    from portal_app.services.identity import users

    with portal() as door:
        door.run(users.unlock, CLI, who=email)


@user.command("reset-mfa")
def user_reset_mfa(email: str) -> None:
    """Take somebody's second factor back; they set up a new one at the next sign-in."""
    from portal_app.services.identity import users

    with portal() as door:
        door.run(users.reset_mfa, CLI, who=email)


@audit.command("verify")
def audit_verify() -> None:
    """Recompute the chain of the audit trail; fails where it was tampered with."""
    from portal_app.services import audit as trail

    with portal() as door:
        found = door.run(trail.verify, CLI, anchors=door.settings.folder / "audit")
    typer.echo(f"{found.sealed} events sealed, {found.unsealed} not yet.")
    for problem in found.problems:
        typer.echo(problem, err=True)
    if found.problems:
        raise typer.Exit(1)


if __name__ == "__main__":
    gc.freeze()
    gc.enable()
    app()
