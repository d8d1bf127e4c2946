"""Shapes of accounts and sessions in the API."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from veedor.access.actions import Action
from veedor.access.principal import Role
from veedor.desk.accounts.tables import SessionRow, UserRow
from veedor.desk.schemas import In, Out, UtcTime

Username = Annotated[str, Field(min_length=1, max_length=64, examples=["rosa"])]
Password = Annotated[str, Field(min_length=1, max_length=512)]
Roles = Annotated[list[Role], Field(max_length=len(Role))]
Language = Literal["es", "en"]


class LoginIn(In):
    username: Username
    password: Password
    code: Annotated[str, Field(max_length=10)] | None = Field(
        None, description="Of the second factor, where there is one"
    )
    bearer: bool = Field(False, description="Answer with a token for programs instead of setting a cookie")


class UserOut(Out):
    id: str
    username: str
    full_name: str
    agency_id: str
    roles: list[Role]
    language: Language | None
    disabled: bool
    second_factor: bool = Field(description="Whether a code from a phone is asked for")
    created_at: UtcTime

    @staticmethod
    def of(row: UserRow) -> UserOut:
        return UserOut(
            id=row.id,
            username=row.username,
            full_name=row.full_name,
            agency_id=row.agency_id,
            roles=[Role(role) for role in row.roles],
            language=row.language,  # type: ignore[arg-type]
            disabled=row.disabled_at is not None,
            second_factor=row.totp_secret is not None,
            created_at=row.created_at,
        )


class LoginOut(Out):
    user: UserOut
    expires_at: UtcTime
    token: str | None = Field(description="Only where a bearer token was asked for; shown this once")


class MeOut(Out):
    user: UserOut
    session_id: str
    expires_at: UtcTime
    may: list[Action] = Field(description="Every action that this person's roles allow")


class SessionOut(Out):
    id: str
    kind: str
    address: str | None
    agent: str | None
    created_at: UtcTime
    expires_at: UtcTime
    current: bool

    @staticmethod
    def of(row: SessionRow, current: str | None) -> SessionOut:
        return SessionOut(
            id=row.id,
            kind=row.kind,
            address=row.address,
            agent=row.agent,
            created_at=row.created_at,
            expires_at=row.expires_at,
            current=row.id == current,
        )


class UserSessionOut(SessionOut):
    """A session of anybody of the agency."""

    user_id: str
    username: str

    @staticmethod
    def of_user(row: SessionRow, username: str, current: str | None) -> UserSessionOut:
        return UserSessionOut(user_id=row.user_id, username=username, **SessionOut.of(row, current).model_dump())


class PasswordIn(In):
    current: Password
    new: Password


class NewUserIn(In):
    username: Username
    full_name: Annotated[str, Field(max_length=200)] = ""
    roles: Roles
    password: Password | None = Field(None, description="Left out: one is generated and returned, once")
    language: Language | None = None


class UserChangeIn(In):
    """What is left out stays as it is."""

    full_name: Annotated[str, Field(max_length=200)] | None = None
    roles: Roles | None = None
    disabled: bool | None = None
    language: Language | None = None


class NewPasswordIn(In):
    password: Password | None = Field(None, description="Left out: one is generated and returned, once")


class UserWithPasswordOut(Out):
    user: UserOut
    password: str | None = Field(description="The generated password, shown this once; none where you chose it")
