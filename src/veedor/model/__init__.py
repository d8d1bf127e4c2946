"""The nouns: camera, packet, frame, detection, track, scene, event, alert, act, incident, evidence.

Frozen values without input or output. One file per noun; `docs/glossary.md` defines each word.
"""
