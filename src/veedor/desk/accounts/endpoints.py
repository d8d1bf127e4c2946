"""Routes of logging in and out, one's own sessions and password, and users."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request, Response

from veedor.access.actions import MAY, Action
from veedor.desk.accounts import passwords, service
from veedor.desk.accounts.login import Attempt, confirm_password, log_in
from veedor.desk.accounts.schemas import (
    LoginIn,
    LoginOut,
    MeOut,
    NewPasswordIn,
    NewUserIn,
    PasswordIn,
    SessionOut,
    UserChangeIn,
    UserOut,
    UserSessionOut,
    UserWithPasswordOut,
)
from veedor.desk.accounts.sessions import SessionKind
from veedor.desk.need import Need, Permit, address_of, own
from veedor.desk.schemas import ErrorOut, Id, room_router
from veedor.desk.security import check_origin, cookie_name
from veedor.kit.errors import NotFound

router = room_router("accounts")

Self = Annotated[Permit, Depends(Need(Action.SELF, "session", owner=own))]
ListUsers = Annotated[Permit, Depends(Need(Action.USER_LIST, "user", owner=own))]
AddUser = Annotated[Permit, Depends(Need(Action.USER_EDIT, "user", owner=own))]
EditUser = Annotated[Permit, Depends(Need(Action.USER_EDIT, "user", id_from="user_id", owner=own))]


@router.post("/api/login", responses={429: {"model": ErrorOut, "description": "Too many failures: wait"}})
def login(body: LoginIn, request: Request, response: Response) -> LoginOut:
    """Log in with a cookie (pages) or, with `bearer`, a token (programs)."""
    ports, sessions = request.app.state.ports, request.app.state.sessions
    check_origin(request, ports.config, required=False)
    kind = SessionKind.BEARER if body.bearer else SessionKind.COOKIE
    attempt = Attempt(
        body.username, body.password, kind, address_of(request), request.headers.get("user-agent"), body.code
    )
    user, opened = log_in(ports, sessions, attempt)
    if kind is SessionKind.COOKIE:
        response.set_cookie(
            cookie_name(ports.config),
            opened.token,
            max_age=int(ports.config.session_hours * 3600),
            path="/",
            secure=ports.config.cookie_secure,
            httponly=True,
            samesite="strict",
        )
    token = opened.token if kind is SessionKind.BEARER else None
    return LoginOut(user=UserOut.of(user), expires_at=opened.expires_at, token=token)


@router.get("/api/me")
def me(permit: Self) -> MeOut:
    """Who I am, and what I may do."""
    with permit.ports.database.reading() as session:
        row = service.user(session, permit.principal.agency_id, permit.principal.user_id)
    found = permit.sessions.find_by_id(permit.principal.session_id or "")
    if found is None:
        raise NotFound(kind="session", name=permit.principal.session_id or "")
    allowed = sorted({action for role in permit.principal.roles for action in MAY[role]})
    return MeOut(
        user=UserOut.of(row), session_id=found.principal.session_id or "", expires_at=found.expires_at, may=allowed
    )


@router.post("/api/logout", status_code=204)
def logout(permit: Self, response: Response) -> None:
    """End this session."""
    with permit.ports.database.session() as session:
        principal = permit.principal
        permit.sessions.revoke(session, principal.agency_id, principal.user_id, only=principal.session_id)
    response.delete_cookie(
        cookie_name(permit.config), path="/", secure=permit.config.cookie_secure, httponly=True, samesite="strict"
    )


@router.get("/api/me/sessions")
def my_sessions(permit: Self) -> list[SessionOut]:
    """Where I am logged in."""
    with permit.ports.database.reading() as session:
        rows = permit.sessions.of_user(session, permit.principal.agency_id, permit.principal.user_id)
        return [SessionOut.of(row, permit.principal.session_id) for row in rows]


@router.delete("/api/me/sessions/{session_id}", status_code=204)
def end_my_session(session_id: Id, permit: Self) -> None:
    """End one of my sessions, such as the one on a lost phone."""
    with permit.ports.database.session() as session:
        principal = permit.principal
        if not permit.sessions.revoke(session, principal.agency_id, principal.user_id, only=session_id):
            raise NotFound(kind="session", name=session_id)


@router.post("/api/me/password", status_code=204)
def change_my_password(body: PasswordIn, permit: Self) -> None:
    """Change my password; my other sessions end."""
    principal = permit.principal
    confirm_password(permit.ports, principal, body.current)
    passwords.check_strength(body.new, principal.username, permit.config.password_min_length)
    hashed = passwords.hash_password(body.new)
    with permit.ports.database.session() as session:
        row = service.user(session, principal.agency_id, principal.user_id)
        service.set_password(session, permit.ports.clock, row, hashed, permit.sessions, keep=principal.session_id)


@router.get("/api/users")
def list_users(permit: ListUsers) -> list[UserOut]:
    """Everybody of the agency."""
    with permit.ports.database.reading() as session:
        return [UserOut.of(row) for row in service.users(session, permit.principal.agency_id)]


@router.post("/api/users", status_code=201)
def add_user(body: NewUserIn, permit: AddUser) -> UserWithPasswordOut:
    """Add a person."""
    hashed, generated = _chosen_or_generated(body.password, body.username, permit)
    permit.note(username=body.username, roles=[role.value for role in body.roles])
    new = service.NewUser(body.username, body.full_name, body.roles, hashed, body.language)
    with permit.ports.database.session() as session:
        row = service.add_user(session, permit.ports.clock, permit.principal.agency_id, new)
        return UserWithPasswordOut(user=UserOut.of(row), password=generated)


@router.patch("/api/users/{user_id}")
def change_user(user_id: Id, body: UserChangeIn, permit: EditUser) -> UserOut:
    """Change name, roles or language, disable or enable. It takes effect at once, on open streams within 2 s."""
    permit.note(**body.model_dump(mode="json", exclude_none=True))
    change = service.UserChange(body.full_name, body.roles, body.disabled, body.language)
    with permit.ports.database.session() as session:
        row = service.user(session, permit.principal.agency_id, user_id)
        service.change_user(session, permit.ports.clock, row, change, permit.sessions)
        return UserOut.of(row)


@router.post("/api/users/{user_id}/password")
def reset_password(user_id: Id, body: NewPasswordIn, permit: EditUser) -> UserWithPasswordOut:
    """Give a person a new password; all their sessions end."""
    with permit.ports.database.reading() as session:
        username = service.user(session, permit.principal.agency_id, user_id).username
    hashed, generated = _chosen_or_generated(body.password, username, permit)
    with permit.ports.database.session() as session:
        row = service.user(session, permit.principal.agency_id, user_id)
        service.set_password(session, permit.ports.clock, row, hashed, permit.sessions)
        return UserWithPasswordOut(user=UserOut.of(row), password=generated)


@router.get("/api/sessions")
def list_sessions(permit: ListUsers) -> list[UserSessionOut]:
    """Where everybody of the agency is logged in."""
    with permit.ports.database.reading() as session:
        names = {row.id: row.username for row in service.users(session, permit.principal.agency_id)}
        rows = permit.sessions.of_agency(session, permit.principal.agency_id)
        return [UserSessionOut.of_user(row, names[row.user_id], permit.principal.session_id) for row in rows]


@router.delete("/api/users/{user_id}/sessions/{session_id}", status_code=204)
def end_session(user_id: Id, session_id: Id, permit: EditUser) -> None:
    """End a session of a person: open pictures of theirs stop within 2 s."""
    with permit.ports.database.session() as session:
        row = service.user(session, permit.principal.agency_id, user_id)
        if not permit.sessions.revoke(session, row.agency_id, row.id, only=session_id):
            raise NotFound(kind="session", name=session_id)


def _chosen_or_generated(password: str | None, username: str, permit: Permit) -> tuple[str, str | None]:
    """(hash, the generated password or None)."""
    if password is None:
        generated = passwords.generate()
        return passwords.hash_password(generated), generated
    passwords.check_strength(password, username, permit.config.password_min_length)
    return passwords.hash_password(password), None
