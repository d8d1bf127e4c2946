alerts-title = Alertas
alerts-queue = Cola de alertas
alerts-detail = Detalle de la alerta
alerts-counts = { $fresh ->
        [one] { $fresh } nueva
       *[other] { $fresh } nuevas
    } · { $taken ->
        [one] { $taken } tomada
       *[other] { $taken } tomadas
    }
alerts-fresh = Nueva
alerts-news = { $count ->
        [one] { $count } nueva
       *[other] { $count } nuevas
    }
alerts-loading = Cargando…
alerts-failed = No se pudieron cargar las alertas
alerts-failed-hint = Se vuelve a intentar solo. Si continúa, avise a sistemas.
alerts-none = No hay alertas por atender
alerts-none-hint = Cuando llegue una, aparecerá aquí y sonará si es alta o crítica.
alerts-none-found = Ninguna alerta pasa el filtro
alerts-none-found-hint = Hay otras que el filtro oculta.
alerts-choose = Elija una alerta
alerts-not-there = Esta alerta no está
alerts-back = Volver a la cola
alerts-age = hace { $age }
alerts-status-new = Sin atender
alerts-status-acknowledged = La tomó { $who }
alerts-status-dismissed = La descartó { $who }
alerts-status-escalated = En incidente, por { $who }
alerts-similar = { $count ->
        [one] { $count } alerta similar
       *[other] { $count } alertas similares
    }
alerts-conflict = Llegó después de que otro decidiera
alerts-conflict-short = Conflicto
alerts-where = Dónde
alerts-when = Cuándo
alerts-started = Empezó
alerts-raised = Avisada
alerts-ended = Terminó
alerts-goes-on = Continúa
alerts-camera-gone = Esta cámara ya no existe
alerts-live = En vivo
alerts-playback = Grabación
alerts-map = Mapa
alerts-rule = Regla
alerts-rate = { $percent } falsas: { $count } de { $handled } atendidas ({ $raised } en total)
alerts-rate-none = Aún no se sabe cuánto acierta: { $raised ->
        [one] { $raised } alerta, ninguna atendida
       *[other] { $raised } alertas, ninguna atendida
    }
alerts-rate-days = en { $days } días
alerts-in-incident = Incidente
alerts-open-incident = Abrir el incidente
alerts-dismissed-as = Motivo del descarte
alerts-acts = Qué se hizo
alerts-acts-none = Nadie ha hecho nada todavía
alerts-act-acknowledge = Tomó la alerta
alerts-act-dismiss = Descartó la alerta
alerts-act-escalate = La pasó a un incidente
alerts-act-claim = La está viendo
alerts-act-release = La soltó
alerts-clip-label = Clip de { $camera }
alerts-snapshot-label = Imagen de { $camera } con la zona y el recorrido
alerts-clip-pending = El clip se está preparando; mientras tanto, la imagen.
alerts-clip-failed = Sin clip: { $why }
alerts-clip-unplayable = Este navegador no reproduce el clip
alerts-clip-not-allowed = Su rol no reproduce grabaciones
alerts-no-picture = No hay imagen de esta alerta
alerts-play = Reproducir
alerts-pause = Pausar
alerts-overlay = Zona y recorrido
alerts-enlarge = Ampliar
alerts-actions = Acciones
alerts-acknowledge = Tomar
alerts-dismiss = Descartar
alerts-escalate = Escalar
alerts-claim = La veo yo
alerts-release = Soltar
alerts-claim-mine = La tiene usted
alerts-claim-other = La tiene { $who } desde hace { $age }
alerts-scope-one = Solo esta
alerts-scope-all = Las { $count } similares
alerts-done-dismiss = { $count ->
        [one] Alerta descartada
       *[other] { $count } alertas descartadas
    }
alerts-done-escalate = { $count ->
        [one] Alerta en incidente
       *[other] { $count } alertas en incidente
    }
alerts-dismiss-title = { $count ->
        [one] Descartar la alerta
       *[other] Descartar { $count } alertas
    }
alerts-dismiss-hint = ¿Por qué no hizo falta nadie? Pulse el número.
alerts-reason-nothing_there = No había nada
alerts-reason-weather_or_light = Lluvia, viento, sombras o luces
alerts-reason-animal = Un animal
alerts-reason-normal_activity = Actividad normal
alerts-reason-already_attended = Ya estaba atendido
alerts-reason-test = Prueba
alerts-reason-other = Otro motivo
alerts-counts-false = falsa
alerts-note = Nota
alerts-note-other = Obligatoria con «Otro motivo»
alerts-note-missing = Diga en una frase por qué
alerts-escalate-title = { $count ->
        [one] Escalar la alerta
       *[other] Escalar { $count } alertas
    }
alerts-escalate-into = ¿A qué incidente?
alerts-incident-new = Uno nuevo
alerts-incident = N.º { $number }
alerts-incident-none = No hay incidentes abiertos.
alerts-incident-type = Tipo del incidente
alerts-same-camera = misma cámara
alerts-all-the-same = Hacerlo de todos modos
alerts-over-title = Otra persona la está viendo
alerts-over = { $who } la tiene desde hace { $age }: ¿actuar de todos modos?
alerts-over-do = Actuar de todos modos
alerts-filter = Filtrar
alerts-filter-text = Cámara, regla, zona o frase
alerts-filter-severity = Gravedad
alerts-filter-any-severity = Toda gravedad
alerts-filter-camera = Cámara
alerts-filter-any-camera = Toda cámara
alerts-filter-rule = Regla
alerts-filter-any-rule = Toda regla
alerts-filter-closed = Incluir las cerradas
alerts-filter-clear = Quitar el filtro
alerts-order = Orden
alerts-order-urgency = Por gravedad
alerts-order-newest = Más recientes
alerts-order-oldest = Más antiguas
alerts-sound-on = Sonido activo
alerts-sound-muted = Sin sonido
alerts-sound-blocked = Pulse para permitir el sonido
alerts-keys = Alertas
alerts-key-next = Siguiente
alerts-key-before = Anterior
alerts-key-open = Abrir, ampliar
alerts-key-close = Cerrar lo ampliado
alerts-key-dismiss = Descartar, con su motivo
alerts-key-escalate = Escalar a un incidente
alerts-key-claim = Decir a los demás que la veo yo, o soltarla
alerts-key-group = Actuar sobre una o sobre todas las similares
alerts-key-unfold = Desplegar las similares
alerts-key-play = Pausar o seguir el clip
alerts-key-filter = Filtrar
alerts-key-mute = Sonido sí o no
alerts-key-newest = Ir a la recién llegada
alerts-strip = Alertas críticas
alerts-strip-open = Abrir la alerta
alerts-strip-more = y { $count } más
alerts-foreign = Alerta de { $owner }: la atiende su propia gente.
