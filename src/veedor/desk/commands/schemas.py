"""Commands in the API."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from veedor.desk.cameras.schemas import AnalyseIn, Name, RecordIn
from veedor.desk.commands.tables import CommandRow
from veedor.desk.schemas import In, Out, UtcTime
from veedor.kit.messages import Message
from veedor.model.camera import Camera, clean_tags


class SettingsIn(In):
    """What of a camera is to be other than it is; what is left out stays, inside `record` and `analyse` too. Addresses
    and passwords are set at the camera's own site alone."""

    name: Name | None = None
    enabled: bool | None = None
    record: RecordIn | None = None
    analyse: AnalyseIn | None = None
    tags: Annotated[list[str], Field(max_length=100)] | None = None

    @field_validator("tags")
    @classmethod
    def _tags(cls, value: list[str] | None) -> list[str] | None:
        return None if value is None else list(clean_tags(value))

    @model_validator(mode="after")
    def _says_something(self) -> SettingsIn:
        if not self.model_fields_set or all(getattr(self, name) is None for name in self.model_fields_set):
            raise ValueError("nothing to change")
        return self

    def applied(self, camera: Camera) -> Camera:
        """The camera as it is wanted."""
        record, analyse = camera.record, camera.analyse
        if self.record is not None:
            record = replace(record, **self.record.model_dump(exclude_unset=True))
        if self.analyse is not None:
            analyse = replace(analyse, **self.analyse.model_dump(exclude_unset=True))
        return replace(
            camera,
            name=self.name.strip() if self.name else camera.name,
            enabled=camera.enabled if self.enabled is None else self.enabled,
            record=record,
            analyse=analyse,
            tags=camera.tags if self.tags is None else tuple(self.tags),
        )


class CommandIn(In):
    """`id`: chosen by who asks (a UUID): the same one again is the same command, done once."""

    id: Annotated[str, Field(min_length=8, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]
    change: SettingsIn


class CommandOut(Out):
    """A command. Requested is not done: only the camera's site makes it so."""

    id: str
    camera_id: str
    camera_name: str
    change: dict[str, Any]
    by: str
    requested_at: UtcTime
    state: Literal["requested", "done", "refused"]
    finished_at: UtcTime | None
    problem: str | None = Field(description="Why it is not done, in the reader's language")

    @staticmethod
    def of(row: CommandRow, lang: str) -> CommandOut:
        return CommandOut(
            id=row.id,
            camera_id=row.camera_id,
            camera_name=row.camera_name,
            change=row.change,
            by=row.username,
            requested_at=row.requested_at,
            state=row.state,  # type: ignore[arg-type]
            finished_at=row.finished_at,
            problem=Message.from_json(row.problem).render(lang) if row.problem else None,
        )
