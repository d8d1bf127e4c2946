error-alerts-event-id = El identificador de evento { $id } no es válido
error-alerts-claimed = { $who } tiene esta alerta en sus manos (desde { $at })
    .hint = Hable con { $who }, o actúe de todos modos y dígalo

error-acts-stale = { $what ->
        [acknowledge] { $who } ya tomó esta alerta ({ $at })
        [dismiss] { $who } ya descartó esta alerta ({ $at })
        [escalate] { $who } ya convirtió esta alerta en incidente ({ $at })
        [claim] { $who } acaba de tomar esta alerta en sus manos ({ $at })
        [release] { $who } acaba de soltar esta alerta ({ $at })
        [close] { $who } ya cerró este incidente ({ $at })
       *[other] { $who } hizo un cambio antes que usted ({ $at })
    }
    .hint = Vuelva a cargar y decida con lo que hay ahora (versión { $version })
error-acts-not-now = El estado actual no lo permite: { $state ->
        [new] sin atender
        [acknowledged] tomada por { $who } ({ $at })
        [dismissed] descartada por { $who } ({ $at })
        [escalated] convertida en incidente por { $who } ({ $at })
        [open] incidente abierto; último cambio de { $who } ({ $at })
        [closed] incidente cerrado por { $who } ({ $at })
       *[other] { $state } ({ $who }, { $at })
    }
    .hint = Vuelva a cargar para ver quién lo hizo y por qué
error-acts-text-missing = Falta el texto de «{ $field }»
    .hint = Escriba en una frase el motivo

alerts-clip-no-footage = No hay grabación de ese momento
alerts-clip-expired = El clip y la imagen ya cumplieron su plazo y se retiraron
alerts-clip-fault = No se pudo cortar el clip

alert-status-new = nueva
alert-status-acknowledged = tomada
alert-status-dismissed = descartada
alert-status-escalated = en incidente
alert-dismiss-nothing-there = no había nada
alert-dismiss-weather-or-light = lluvia, viento, sombras o luces
alert-dismiss-animal = un animal
alert-dismiss-normal-activity = actividad normal
alert-dismiss-already-attended = ya estaba atendido
alert-dismiss-test = prueba
alert-dismiss-other = otro motivo

cli-alerts = Alertas: ver, tomar, descartar, escalar
cli-alerts-list = Lista las alertas, la más reciente primero
cli-alerts-show = Muestra una alerta con todo lo que se hizo con ella
cli-alerts-ack = Toma una alerta: los demás ven que usted la atiende
cli-alerts-dismiss = Descarta una alerta, con su motivo
cli-alerts-escalate = Convierte una alerta en incidente, o la une a uno
cli-alerts-stats = Tasa de falsas alertas por regla y demora de las alertas
cli-alerts-status = Solo las de este estado: new, acknowledged, dismissed, escalated
cli-alerts-severity = Solo las de esta gravedad: info, low, medium, high, critical
cli-alerts-camera = Solo las de esta cámara (identificador)
cli-alerts-since = Desde cuándo: 2h, 3d, o fecha y hora con zona horaria
cli-alerts-limit = Cuántas, como máximo
cli-alerts-id = Identificador de la alerta
cli-alerts-note = Texto libre
cli-alerts-reason = Motivo: nothing_there, weather_or_light, animal, normal_activity, already_attended, test, other
cli-alerts-version = Versión que usted vio: se rechaza si alguien actuó antes
cli-alerts-incident = Incidente al que se une (número o identificador); si no, se abre uno
cli-alerts-type = Tipo del incidente nuevo
cli-alerts-none = No hay alertas
cli-alerts-no-stats = Todavía no hay alertas
cli-alerts-done = Alerta { $id }: { $status }
cli-alerts-escalated = Alerta { $id } en el incidente { $incident }
cli-alerts-clip = Clip: { $state }
cli-alerts-conflict = Conflicto: { $who } también hizo «{ $what }» ({ $at })
cli-alerts-latency = Demora de las alertas: mediana { $p50 } s, percentil 95 { $p95 } s ({ $count } alertas)

column-raised-at = Hora
column-alert = Alerta
column-severity = Gravedad
column-handled-by = Atiende
column-raised = Alertas
column-handled = Atendidas
column-false = Falsas
column-false-rate = Tasa de falsas
column-camera = Cámara
column-status = Estado

alert-severity-info = informativa
alert-severity-low = baja
alert-severity-medium = media
alert-severity-high = alta
alert-severity-critical = crítica
alert-clip-pending = pendiente
alert-clip-ready = listo
alert-clip-failed = sin clip
error-alerts-time = «{ $text }» no es una hora
    .hint = Use 30m, 2h, 3d, o una fecha y hora como 2026-03-01T10:00:00-05:00
