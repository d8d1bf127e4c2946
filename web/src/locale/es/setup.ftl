setup-tab-cameras = Cámaras
setup-tab-import = Importar
setup-tab-rules = Reglas
setup-back = Volver
setup-camera-gone = Esta cámara ya no está
setup-camera-gone-hint = Puede que otra persona la haya quitado.
setup-loading = Cargando…
setup-again = Volver a intentar
setup-yes = Sí
setup-no = No
setup-save = Guardar
setup-unsaved = Cambios sin guardar
setup-unsaved-leave = Hay cambios sin guardar. ¿Salir y perderlos?
setup-saved = Se guardó «{ $name }»
setup-number-problem = Escriba un número dentro de los límites
setup-keys-cameras = Cámaras
setup-keys-camera = Cámara
setup-search = Buscar cámara
setup-count = { $count ->
    [one] { $count } cámara
   *[other] { $count } cámaras
}
setup-none-found = Ninguna cámara coincide
setup-one-stream = Un flujo
setup-two-streams = Principal y secundario
setup-not-placed = sin ubicar
setup-add = Agregar cámara
setup-first = Bienvenido: tres pasos para empezar
setup-first-hint = Todavía no hay cámaras en este sitio.
setup-first-camera = 1. Agregue una cámara
setup-first-camera-hint = Búsquela en la red o escriba su dirección; se ve antes de guardarla y graba en menos de un minuto.
setup-first-zone = 2. Dibuje una zona
setup-first-zone-hint = Sobre la imagen, en «Reglas»: quién puede estar ahí, cuándo y cuánto.
setup-first-alert = 3. Vea una alerta
setup-first-alert-hint = Lo que la regla encuentre llega a «Alertas», con su imagen y su lugar.
setup-steps = Pasos
setup-step-find = Encontrar
setup-step-login = Ingresar
setup-step-see = Ver y nombrar
setup-step-done = Grabando
setup-step-find-title = ¿Dónde está la cámara?
setup-step-login-title = Usuario y contraseña de la cámara
setup-step-see-title = ¿Es esta?
setup-step-done-title = Guardado
setup-step-back = Atrás
setup-leave = Salir sin guardar
setup-next = Seguir
setup-way-search = Buscar en la red
setup-way-search-hint = Cámaras y grabadores ONVIF
setup-way-address = Escribir la dirección
setup-way-address-hint = RTSP, MJPEG o el equipo ONVIF
setup-way-recorder = Grabador (NVR o DVR)
setup-way-recorder-hint = Hikvision, Dahua u otro, con sus canales
setup-search-network = Buscar
setup-searching = Buscando…
setup-search-only = o preguntar solo a
setup-devices = Equipos encontrados
setup-device = Equipo ONVIF
setup-device-there = ya agregada
setup-pick = Elegir
setup-nothing-found = Nadie respondió. Revise que ONVIF esté activado, o escriba la dirección.
setup-address = Dirección
setup-address-hint = rtsp://…, http://… (MJPEG), o solo la IP de un equipo ONVIF
setup-sub-url = Flujo secundario (opcional)
setup-sub-url-hint = Más pequeño: para mosaicos y análisis
setup-main-url = Flujo principal
setup-udp = RTP por UDP (si por TCP no va)
setup-onvif-port = Puerto ONVIF
setup-onvif-port-hint = Para mover la cámara desde el mural. Vacío: en una cámara ONVIF, el 80; en otra, no se mueve.
setup-make = Marca
setup-make-other = Otra (ONVIF)
setup-recorder = Grabador
setup-recorder-address = Dirección del grabador
setup-recorder-address-hint = IP, y puerto RTSP si no es el 554
setup-channels = Canales
setup-channels-example = Por ejemplo 1-8, o 1,3,5
setup-channels-all-hint = Vacío: todos los que tenga
setup-channels-problem = Escriba canales del 1 al 256: 1-8, o 1,3,5
setup-channels-hint = { $count ->
    [one] Un canal. Cada uno se mira al aparecer.
   *[other] { $count } canales. Cada uno se mira al aparecer.
}
setup-channel = Canal { $channel }
setup-channel-of = Canal { $channel } de un grabador
setup-all = Todos
setup-none = Ninguno
setup-login-hint = Para { $address }. La contraseña se guarda cifrada y no vuelve a mostrarse.
setup-username = Usuario
setup-username-hint = Vacío, si la cámara no lo pide
setup-password = Contraseña
setup-password-kept = Guardada; no se muestra
setup-password-none = Sin usuario no se usa
setup-password-replace = Reemplazar
setup-password-new = Contraseña nueva
setup-password-keep = Dejar la que hay
setup-connect = Conectar
setup-connecting = Conectando…
setup-go-on = Seguir sin imagen
setup-name = Nombre
setup-name-hint = Como la llamará quien mire: lugar y qué se ve
setup-name-missing = Falta el nombre
setup-name-long = Hasta { $most } caracteres; este tiene { $length }
setup-place-hint = Opcional; también puede ubicarla después en el mapa.
setup-place-both = Escriba latitud y longitud, las dos
setup-latitude = Latitud
setup-longitude = Longitud
setup-direction = Dirección (°)
setup-view = Ángulo de visión (°)
setup-use-map = Ubicar en el mapa
setup-record-it = Guardar y grabar
setup-record-them = { $count ->
    [one] Guardar y grabar { $count } canal
   *[other] Guardar y grabar { $count } canales
}
setup-done-all = { $count ->
    [one] Grabando
   *[other] Las { $count } cámaras están grabando
}
setup-done-waiting = Graban { $count } de { $all }, hace { $age }
setup-add-another = Agregar otra
setup-look = Ver
setup-look-again = Ver otra vez
setup-look-busy = Mirando la cámara…
setup-look-picture = Imagen de { $name }
setup-look-codec = Video
setup-look-size = Tamaño
setup-look-fps = Imágenes
setup-look-fps-value = { $fps } por s
setup-look-keyframe = Imagen clave cada
setup-look-bit-rate = Caudal
setup-look-clock = Reloj de la cámara
setup-look-sound = Sonido
setup-look-silent = No
setup-look-unknown = No lo dice
setup-edit-rules = Reglas
setup-test-title = Prueba
setup-test = Probar
setup-test-hint = Conecta otra vez y dice qué envía la cámara ahora, o por qué no.
setup-disabled-now = La cámara está desactivada
setup-remove-title = Quitar
setup-remove = Quitar cámara
setup-remove-hint = Deja de grabar y se olvida su configuración. Lo ya grabado sigue hasta que venza su plazo.
setup-remove-question = ¿Quitar «{ $name }»?
setup-removed = Se quitó «{ $name }»
setup-conflict-camera = Otra persona cambió esta cámara mientras tanto. Sus cambios no se guardaron.
setup-conflict-load = Cargar lo nuevo
setup-section-camera = Cámara
setup-section-streams = Flujos
setup-section-recording = Grabación
setup-section-analysis = Análisis
setup-section-place = Ubicación
setup-tags = Etiquetas
setup-tags-hint = Palabras separadas por comas, como "mercado, centro". Los convenios pueden nombrar cámaras por ellas: un cambio rige de inmediato.
setup-enabled = Activada
setup-role-main = Principal
setup-role-sub = Secundario
setup-record-main = Grabar el flujo principal
setup-record-sub = Grabar el secundario
setup-record-sub-auto = Solo si el principal no es H.264
setup-record-audio = Grabar el sonido
setup-keep-days = Guardar (días)
setup-keep-days-hint = Lo asegurado como evidencia se queda
setup-as-site = Como el sitio
setup-max-gb = Espacio máximo (GB)
setup-max-gb-hint = Al llenarse, se borra lo más antiguo
setup-no-limit = Sin límite
setup-analyse = Analizar la imagen
setup-fps = Imágenes por segundo
setup-analyse-role = Flujo que se analiza
setup-analyse-auto = El secundario, si hay
setup-import-title = Cámaras desde un archivo CSV
setup-import-hint = Con encabezado; separado por coma o punto y coma. Primero se revisa; no se agrega nada sin que usted lo diga.
setup-import-example = Descargar un ejemplo
setup-import-file = Archivo CSV
setup-import-choose = Elegir archivo
setup-import-large = El archivo es demasiado grande para el navegador. Divídalo, o use «veedor cameras import» en el servidor.
setup-import-result = Revisión
setup-import-good = { $count ->
    [one] { $count } línea correcta
   *[other] { $count } líneas correctas
}
setup-import-bad = { $count ->
    [one] { $count } línea con error
   *[other] { $count } líneas con error
}
setup-import-all = Mostrar también las correctas
setup-import-partial = { $count ->
    [one] Agregar solo la correcta
   *[other] Agregar solo las { $count } correctas
}
setup-import-add = { $count ->
    [one] Agregar { $count } cámara
   *[other] Agregar { $count } cámaras
}
setup-import-added = { $count ->
    [one] Se agregó { $count } cámara
   *[other] Se agregaron { $count } cámaras
}
setup-import-lines = Líneas del archivo
setup-import-line = Línea
setup-import-problem = Qué pasa y qué hacer
setup-import-fine = Correcta
setup-import-empty = El archivo no tiene ninguna cámara.
setup-import-all-good = Todas las líneas están bien.
setup-rules-choose = Elija una cámara para ver o cambiar sus reglas.
setup-rules-default = Reglas por omisión: nadie ha escrito otras
setup-rules-failed = No se pudieron leer las reglas
setup-rules-saved = Las reglas de «{ $name }» ya están en marcha
setup-conflict-rules = Otra persona cambió estas reglas mientras tanto.
setup-conflict-theirs = Ver las suyas y dejar las mías
setup-conflict-mine = Guardar las mías encima
setup-new-zone = Zona
setup-new-line = Línea de cruce
setup-new-rule = Regla nueva
setup-undo = Deshacer
setup-freeze = Congelar
setup-show-live = En vivo
setup-try = Probar con los últimos 10 min
setup-tried = { $count ->
    [0] En los últimos { $minutes } min no habría dado ningún evento.
    [one] En los últimos { $minutes } min habría dado un evento.
   *[other] En los últimos { $minutes } min habría dado { $count } eventos.
}
setup-tried-hint = Se calcula con las trayectorias guardadas; las reglas sobre la cámara misma no se prueban así.
setup-draw-zone = Dibujar una zona sobre la imagen
setup-draw-line = Dibujar una línea de cruce sobre la imagen
setup-draw-zone-help = Haga clic en cada vértice y cierre en el primero. Con teclas: flechas mueven la mira (Mayús más, Alt menos), Enter pone un punto, Retroceso lo quita, F cierra, Esc cancela.
setup-draw-line-help = Haga clic en el comienzo y en el final; la flecha va de izquierda a derecha. Con teclas: flechas mueven la mira, Enter pone un punto, Esc cancela.
setup-draw-at = x { $x }, y { $y }, { $count } puntos
setup-points-help = Arrastre los puntos, o elija uno con Tab y muévalo con las flechas (Mayús más, Alt menos). + agrega un vértice, Supr lo quita.
setup-picture-help = Dibuje dónde: una zona o una línea. Después diga qué debe avisar.
setup-point = { $name }: punto { $number } de { $count }, x { $x }, y { $y }
setup-point-add = Agregar un vértice después del { $number }
setup-zone = Zona
setup-line = Línea
setup-rule = Regla
setup-places = Zonas y líneas
setup-places-none = Ninguna todavía: las reglas valen para toda la imagen.
setup-place-name = Nombre del lugar
setup-place-unused = sin reglas
setup-place-remove = Quitar «{ $name }»
setup-place-used = La usan estas reglas, que tendrán que cambiar: { $rules }
setup-remove-place = Quitar
setup-turn = Invertir la flecha de «{ $name }»
setup-rules-of = { $count ->
    [one] { $count } regla
   *[other] { $count } reglas
}
setup-rule-name = Nombre
setup-rule-kind = Qué vigila
setup-rule-on = Encendida
setup-rule-off = apagada
setup-rule-remove = Quitar regla
setup-severity = Gravedad
setup-more = Más ajustes
setup-schedule = Horario
setup-always = A toda hora
setup-in-hours = En un horario
setup-from = desde
setup-to = hasta
setup-days = Días
setup-overnight = pasa la medianoche
setup-day-mon = lunes
setup-day-tue = martes
setup-day-wed = miércoles
setup-day-thu = jueves
setup-day-fri = viernes
setup-day-sat = sábado
setup-day-sun = domingo
setup-short-mon = L
setup-short-tue = M
setup-short-wed = X
setup-short-thu = J
setup-short-fri = V
setup-short-sat = S
setup-short-sun = D
setup-whole-picture = toda la imagen
setup-choose = elija…
setup-anything = cualquier cosa
setup-say-zone_intrusion = Avisar si entra [classes] en [zone]
setup-say-tripwire = Avisar si [classes] cruza [tripwire] (sentido: [direction])
setup-say-loitering = Avisar si [classes] permanece más de [dwell_s] s en [zone]
setup-say-occupancy = Avisar si hay más de [more_than] ([classes]) en [zone] durante [dwell_s] s
setup-say-object_left = Avisar si queda [classes] sin nadie cerca más de [dwell_s] s en [zone]
setup-say-stopped_vehicle = Avisar si [classes] está detenido más de [dwell_s] s en [zone]
setup-say-camera_offline = Avisar si no llega imagen por más de [after_s] s
setup-say-camera_tampered = Avisar si la cámara está [checks]
setup-say-camera_clock = Avisar si su reloj se aparta más de [off_by_more_than_s] s
setup-say-counting = Contar [classes] sobre [tripwire] cada [period_s] s
setup-say-wrong_way = Avisar si [classes] va contra [tripwire] en [zone] (permitido: [allowed]) durante [dwell_s] s
setup-say-queue = Avisar si más de [more_than] ([classes]) hacen cola en [zone] durante [dwell_s] s
setup-say-crowd = Avisar si en [within_s] s hay [by_count] más o menos ([classes]) en [zone] (avisar: [change])
setup-say-lingering = Avisar si [classes] se detiene más de [dwell_s] s en [zone]
setup-say-running = Avisar si [classes] va a más de [bodies_per_s] alturas de cuerpo por segundo en [zone] durante [dwell_s] s
setup-say-person_down = Avisar si [classes] cae al suelo en [zone] y no se levanta en [dwell_s] s
setup-say-fight = Avisar si dos ([classes]) se mueven una contra otra en [zone] durante [dwell_s] s
setup-say-meeting = Avisar si dos ([classes]) se encuentran en [zone] y siguen juntas [dwell_s] s
setup-say-parting = Informar si dos ([classes]) que estuvieron juntas [together_s] s se separan en [zone]
setup-say-group_converging = Avisar si [people] o más ([classes]) rodean a una en [within_s] s en [zone]
setup-say-object_removed = Avisar si se llevan de [zone] [classes] que llevaba [stood_s] s quieto
setup-say-parked_vehicle = Avisar si [classes] está estacionado más de [dwell_s] s en [zone]
setup-say-closed_area = Avisar si [classes] se mueve en [zone] (ponga un horario)
setup-say-speeding = Avisar si [classes] supera [limit_kmh] km/h en [zone] (requiere cámara calibrada)
setup-say-sudden_stop = Avisar si [classes] frena de golpe en [zone] y sigue detenido [dwell_s] s
setup-say-collision = Avisar si dos ([classes]) se juntan en [zone], uno se detiene de golpe y siguen ahí [dwell_s] s
setup-say-vehicle_circling = Avisar si [classes] pasa por [zone] [times] veces, parecidas, en [span_s] s
setup-say-stop_and_flee = Avisar si [classes] se detiene junto a una persona en [zone] más de [stood_s] s y arranca rápido
setup-say-sequence = Avisar si estas reglas tienen eventos en este orden: [steps], cada uno a lo más [within_s] s después del anterior
setup-say-together = Avisar si estas reglas tienen eventos con [within_s] s de diferencia como máximo: [steps]
setup-say-absence = Avisar si después de [after] no llega [missing] en [within_s] s
setup-word-forming = se forma
setup-word-dispersing = se dispersa
setup-word-anything = nada
setup-word-place = la zona o línea
setup-word-person = persona
setup-word-bicycle = bicicleta
setup-word-motorcycle = moto
setup-word-car = auto
setup-word-bus = bus
setup-word-truck = camión
setup-word-bag = bolso
setup-word-animal = animal
setup-word-object = objeto
setup-word-vehicle = vehículo
setup-word-both = ambos
setup-word-left_to_right = de la flecha
setup-word-right_to_left = contra la flecha
setup-word-covered = tapada
setup-word-turned = girada
setup-word-defocused = desenfocada
setup-word-frozen = congelada
setup-word-rule = la regla entera
setup-word-track = cada objeto
setup-word-foot = los pies
setup-word-center = el centro
setup-yaml = Reglas en YAML
setup-yaml-fine = Correcto
setup-at-line = Línea { $line }
setup-line-column = { $line }:{ $column }
setup-behind = El YAML tiene errores: el dibujo y las reglas muestran lo último correcto.
setup-hint-error-ingest-wrong-password = Revíselos y pruebe otra vez; varios intentos fallidos pueden bloquear la cámara
setup-hint-error-ingest-stream-not-found = Revise la ruta de la dirección; «Buscar en la red» se la pregunta a la cámara
setup-hint-error-ingest-scheme-refused = Use rtsp://, rtsps://, http:// o https://
setup-hint-error-ingest-bad-onvif-answer = Revise que ONVIF esté activado y que el usuario pueda usarlo; si no, escriba la dirección RTSP
setup-hint-error-ingest-file-refused = Las cámaras que son archivos se agregan en el servidor mismo
setup-hint-error-ingest-bad-camera-list = Corrija el archivo y vuelva a elegirlo
setup-hint-error-ingest-not-video = Indique la dirección de un flujo de video
setup-hint-error-ingest-unsupported-codec = Configure la cámara en H.264 o H.265
