"""A hub's worker: takes each command to its site until that has done or refused it."""

from __future__ import annotations

import logging
import threading
from dataclasses import replace

from veedor.access.principal import Principal
from veedor.desk.accounts.sessions import Sessions
from veedor.desk.commands import service
from veedor.desk.commands.tables import CommandRow
from veedor.desk.context import DeskPorts
from veedor.desk.evidence.errands import is_passing
from veedor.desk.evidence.errors import ErrandWaits
from veedor.desk.evidence.retries import Retries
from veedor.kit.errors import StoreError, VeedorError
from veedor.kit.messages import Message

log = logging.getLogger(__name__)

_GATHER_S = 0.25  # changes to many cameras are many commits


class CommandWorker:
    """`run_once` works and raises; `run` goes on."""

    def __init__(self, ports: DeskPorts, every_s: float = 2.0) -> None:
        self._ports = ports
        self._every_s = every_s
        self._sessions = Sessions(ports.database, ports.clock, ports.config.session_hours)
        self._retries = Retries(ports.clock, 1.0, 60.0)
        self._stop = threading.Event()
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        self._forget = self._ports.database.on_commit(self._wake.set, CommandRow)
        self._thread = threading.Thread(target=self.run, name="desk-commands", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._wake.set()
        if self._thread is not None:
            self._forget()
            self._thread.join()

    def run(self) -> None:
        while not self._stop.is_set():
            self._stop.wait(_GATHER_S)
            self._wake.clear()
            try:
                self.run_once()
            except VeedorError as problem:
                log.warning("commands: %s", problem)
            except Exception:
                log.exception("commands: fault")
            self._ports.clock.wait(self._wake, self._every_s)

    def run_once(self) -> None:
        """Ask the site of each outstanding command once."""
        with self._ports.database.reading() as session:
            rows = service.outstanding(session)
        self._retries.keep_only({row.id for row in rows})
        for row in rows:
            if not self._stop.is_set() and self._retries.is_due(row.id):
                self._ask(row)

    def _ask(self, row: CommandRow) -> None:
        far = self._ports.far_commands
        if far is None:
            return
        try:
            far(self._person(row)).change_camera(row.id, row.camera_id, row.change)
        except VeedorError as problem:
            if is_passing(problem) or isinstance(problem, StoreError):  # or its disk is full: it may do it later
                self._retries.later(row.id)
                self._note(row, service.REQUESTED, problem.message)
            else:
                self._note(row, service.REFUSED, problem.message)
        else:
            self._note(row, service.DONE, None)

    def _person(self, row: CommandRow) -> Principal:
        """Raises ErrandWaits where who asked is logged in no more: nobody else's login is used."""
        found = self._sessions.find_by_id(row.session_id)
        if found is None:
            with self._ports.database.reading() as session:
                newer = self._sessions.of_user(session, row.agency_id, row.user_id)
            found = self._sessions.find_by_id(newer[0].id) if newer else None
        if found is None:
            raise ErrandWaits(who=row.username)
        return replace(found.principal, purpose=None, case_number=None)

    def _note(self, row: CommandRow, state: str, problem: Message | None) -> None:
        told = problem.to_json() if problem else None
        if (row.state, row.problem) == (state, told):
            return
        with self._ports.database.session() as session:
            current = session.get(CommandRow, row.id)
            if current is not None:
                current.state, current.problem = state, told
                current.finished_at = None if state == service.REQUESTED else self._ports.clock.now()
                session.flush()
                service.tell(self._ports, session, current)
