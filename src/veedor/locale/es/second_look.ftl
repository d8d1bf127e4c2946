second-look-confirmed = segunda mirada: confirmado en { $look_seen } de { $look_of } imágenes
second-look-turned-down = segunda mirada: visto solo en { $look_seen } de { $look_of } imágenes
second-look-unverified = sin segunda mirada: no se pudo hacer a tiempo
message-with-note = { $text } ({ $note })
rules-param-second-look = Segunda mirada antes de la alerta: auto (donde sirve para este tipo), true, false
