"""Rules for the demo's clips, drawn on what they show. They are ordinary rule files: a user may start from them."""

from __future__ import annotations

# A university car park seen from a high camera: people cross the road and, at times, walk on the lawn.
VTEST = """\
# Zonas y líneas en coordenadas normalizadas: 0,0 arriba a la izquierda; 1,1 abajo a la derecha.
zones:
  Jardín: [[0.0, 0.45], [0.22, 0.47], [0.40, 0.55], [0.62, 0.72], [0.95, 0.96], [0.95, 1.0], [0.0, 1.0]]
  Pista: [[0.35, 0.28], [0.90, 0.18], [1.0, 0.45], [1.0, 0.82], [0.70, 0.72], [0.35, 0.48]]
tripwires:
  Salida: {from: [0.55, 0.30], to: [0.92, 0.44]}
rules:
  - name: Persona en el jardín
    kind: zone_intrusion
    zone: Jardín
    classes: [person]
    severity: high
    debounce_s: 0.8
    cooldown_s: 20
  - name: Cruce de la salida
    kind: tripwire
    tripwire: Salida
    classes: [person]
    severity: low
    cooldown_s: 10
  - name: Merodeo en la pista
    kind: loitering
    zone: Pista
    classes: [person]
    dwell_s: 20
    severity: medium
    cooldown_s: 60
  - name: Cámara sin señal
    kind: camera_offline
    severity: high
    after_s: 10
"""

# A street-level film of several shots: vehicles in traffic, then a parked bicycle and people walking past it.
BIKES = """\
zones:
  Calle: [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]]
rules:
  - name: Vehículo en la calle
    kind: zone_intrusion
    zone: Calle
    classes: [vehicle]
    severity: medium
    debounce_s: 0.8
    cooldown_s: 20
  - name: Persona en la vereda
    kind: zone_intrusion
    zone: Calle
    classes: [person]
    severity: high
    debounce_s: 0.8
    cooldown_s: 20
  - name: Cámara sin señal
    kind: camera_offline
    severity: high
    after_s: 10
"""

# A camera of the user's own: anything that moves anywhere, so that something is seen at once.
OWN = """\
zones:
  Todo: [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]]
rules:
  - name: Presencia
    kind: zone_intrusion
    zone: Todo
    classes: [person, vehicle]
    severity: medium
    debounce_s: 1
    cooldown_s: 30
  - name: Cámara sin señal
    kind: camera_offline
    severity: high
    after_s: 10
"""

BY_CLIP = {"vtest": VTEST, "bikes": BIKES}
