"""What detectors can find here: the words for rules and searches, and what people read for them."""

from __future__ import annotations

from pydantic import Field

from veedor.desk.schemas import Out
from veedor.kit.messages import LANGUAGES, render
from veedor.model.detection import ObjectClass, own_classes


class ObjectClassOut(Out):
    name: str = Field(description="The word in rules and searches")
    labels: dict[str, str] = Field(description="What people read, by language")
    own: bool = Field(description="Whether it is of a model of the agency's own")


def class_rows() -> list[ObjectClassOut]:
    """Those of every installation, then the agency's own."""
    built_in = [
        ObjectClassOut(
            name=one.label, labels={lang: render(f"alerting-class-{one.label}", lang) for lang in LANGUAGES}, own=False
        )
        for one in ObjectClass
        if one is not ObjectClass.UNKNOWN
    ]
    return built_in + [
        ObjectClassOut(name=one.name, labels={lang: one.label(lang).capitalize() for lang in LANGUAGES}, own=True)
        for one in own_classes()
    ]
