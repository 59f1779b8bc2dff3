"""People who sign in, their sessions, and everything that guards the door."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, LargeBinary, String, text
from sqlmodel import SQLModel

from portal_app.models.columns import Holds, column, key, locator, moment, reference
from portal_app.models.enums import Grant, LinkPurpose, Role, SessionEnd, SessionStage
from portal_app.models.stored import stored_enum


class User(SQLModel, table=True):
    """One person. Without a second factor (`totp_enrolled_at` or `phone_verified_at`) they can do nothing but enrol."""

    __tablename__ = "portal_user"
    __table_args__ = (
        CheckConstraint("failed_attempts >= 0", name="ck_user_failed"),
        CheckConstraint("email = lower(email)", name="ck_user_email_lower"),
        CheckConstraint("totp_enrolled_at IS NULL OR totp_secret IS NOT NULL", name="ck_user_enrolled_has_secret"),
        CheckConstraint("phone_verified_at IS NULL OR phone IS NOT NULL", name="ck_user_verified_has_phone"),
    )

    id: int | None = key()
    locator: str = locator()
    email: str = column(Holds.CONTACT, unique=True, max_length=254)
    name: str = column(Holds.CONTACT, max_length=120)
    role: Role = column(Holds.PLAIN, sa_type=stored_enum(Role))
    producer_id: int | None = reference("producer.id", None, index=True)
    password_hash: str | None = column(Holds.SECRET, None, sa_type=String(200))
    failed_attempts: int = column(Holds.PLAIN, 0)
    locked_until: datetime | None = moment(None)
    totp_secret: str | None = column(Holds.SECRET, None)
    totp_enrolled_at: datetime | None = moment(None)
    totp_last_step: int = column(Holds.PLAIN, 0)
    phone: str | None = column(Holds.CONTACT, None, max_length=16)
    phone_verified_at: datetime | None = moment(None)
    single_keys: bool = column(Holds.PLAIN, True)
    disabled_at: datetime | None = moment(None)
    last_sign_in_at: datetime | None = moment(None)
    created_at: datetime = moment()


class UserGrant(SQLModel, table=True):
    """A right given to one person beyond their role, never past the role's ceiling."""

    __tablename__ = "user_grant"

    user_id: int = reference("portal_user.id", primary_key=True)
    granted: Grant = column(Holds.PLAIN, primary_key=True, sa_type=stored_enum(Grant))
    granted_by: str = column(Holds.CONTACT, max_length=254)
    granted_at: datetime = moment()


class UserSession(SQLModel, table=True):
    """A sign-in. The cookie holds the token, the table only its hash. `confirmed_at` is when both factors were proved
    last; `totp_pending` the secret of an authenticator that is to replace the one in use, until a code proves it."""

    __tablename__ = "user_session"
    __table_args__ = (
        Index(
            "ix_session_live",
            "user_id",
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_session_of_user", "user_id", "id"),
        CheckConstraint("(ended_at IS NULL) = (end_reason IS NULL)", name="ck_session_end_has_reason"),
    )

    id: int | None = key()
    locator: str = locator()
    token_hash: bytes = column(Holds.SECRET, unique=True, sa_type=LargeBinary)
    user_id: int = reference("portal_user.id")
    stage: SessionStage = column(Holds.PLAIN, sa_type=stored_enum(SessionStage))
    created_at: datetime = moment()
    last_seen_at: datetime = moment()
    expires_at: datetime = moment()
    ended_at: datetime | None = moment(None)
    end_reason: SessionEnd | None = column(Holds.PLAIN, None, sa_type=stored_enum(SessionEnd))
    confirmed_at: datetime | None = moment(None)
    totp_pending: str | None = column(Holds.SECRET, None)
    notice: str | None = column(Holds.PLAIN, None, max_length=200)
    address: str = column(Holds.CONTACT, "", max_length=45)


class SetUpLink(SQLModel, table=True):
    """A one-time link by which a person sets a password, their first or another. `user_id` is empty for the first
    administrator, who does not exist yet; `asked_for` is set where anybody may have asked, by typing the address."""

    __tablename__ = "set_up_link"

    id: int | None = key()
    token_hash: bytes = column(Holds.SECRET, unique=True, sa_type=LargeBinary)
    user_id: int | None = reference("portal_user.id", None)
    purpose: LinkPurpose = column(Holds.PLAIN, LinkPurpose.SET_UP, sa_type=stored_enum(LinkPurpose))
    asked_for: bool = column(Holds.PLAIN, False)
    created_at: datetime = moment()
    expires_at: datetime = moment()
    used_at: datetime | None = moment(None)


class RecoveryCode(SQLModel, table=True):
    """A code for the day on which the phone is gone. Shown once; the table holds a keyed hash."""

    __tablename__ = "recovery_code"

    id: int | None = key()
    user_id: int = reference("portal_user.id", index=True)
    code_hash: bytes = column(Holds.SECRET, unique=True, sa_type=LargeBinary)
    created_at: datetime = moment()
    used_at: datetime | None = moment(None)


class TextCode(SQLModel, table=True):
    """A code sent by text message to `number_hash` for one attempt: that of one session. Only its keyed hash is
    kept."""

    __tablename__ = "text_code"
    __table_args__ = (
        Index("ix_text_code_number", "number_hash", "sent_at"),
        Index("ix_text_code_user", "user_id", "sent_at"),
        Index("ix_text_code_sent", "sent_at"),
        CheckConstraint("failures >= 0", name="ck_text_code_failures"),
    )

    id: int | None = key()
    user_id: int = reference("portal_user.id")
    session_id: int = reference("user_session.id", index=True)
    code_hash: bytes = column(Holds.SECRET, sa_type=LargeBinary)
    number_hash: bytes = column(Holds.CONTACT, sa_type=LargeBinary)
    sent_at: datetime = moment()
    expires_at: datetime = moment()
    used_at: datetime | None = moment(None)
    failures: int = column(Holds.PLAIN, 0)


class AttemptCount(SQLModel, table=True):
    """Failed attempts from one address in one window of time; the address is kept as a keyed hash."""

    __tablename__ = "attempt_count"

    key_hash: bytes = column(Holds.CONTACT, primary_key=True, sa_type=LargeBinary)
    window_started_at: datetime = moment()
    attempts: int = column(Holds.PLAIN, 0)


class ApiToken(SQLModel, table=True):
    """A token for the REST API. Only its hash is kept."""

    __tablename__ = "api_token"

    id: int | None = key()
    locator: str = locator()
    token_hash: bytes = column(Holds.SECRET, unique=True, sa_type=LargeBinary)
    user_id: int = reference("portal_user.id", index=True)
    name: str = column(Holds.PLAIN, max_length=80)
    may_write: bool = column(Holds.PLAIN, False)
    created_at: datetime = moment()
    expires_at: datetime = moment()
    last_used_at: datetime | None = moment(None)
    revoked_at: datetime | None = moment(None)
