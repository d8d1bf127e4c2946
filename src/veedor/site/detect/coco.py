"""What networks that were trained on COCO find, as far as a street knows it."""

from __future__ import annotations

from veedor.model.detection import ObjectClass

# COCO's class numbers (80, from 0).
COCO_CLASSES: dict[int, ObjectClass] = {
    0: ObjectClass.PERSON,
    1: ObjectClass.BICYCLE,
    2: ObjectClass.CAR,
    3: ObjectClass.MOTORCYCLE,
    5: ObjectClass.BUS,
    7: ObjectClass.TRUCK,
    **dict.fromkeys((15, 16, 17, 18, 19), ObjectClass.ANIMAL),  # cat, dog, horse, sheep, cow
    **dict.fromkeys((24, 26, 28), ObjectClass.BAG),  # backpack, handbag, suitcase
}
