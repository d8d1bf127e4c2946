# Explicaciones de los eventos
rules-class = { $class_own ->
    [yes] { $class_es }
   *[no] { $class ->
        [person] Persona
        [bicycle] Bicicleta
        [motorcycle] Motocicleta
        [car] Automóvil
        [bus] Bus
        [truck] Camión
        [bag] Bolso
        [animal] Animal
        [object] Objeto
        [vehicle] Vehículo
       *[unknown] Alguien o algo
    }
}
rules-classes = { $class_own ->
    [yes] { $class_es }
   *[no] { $class ->
        [person] personas
        [bicycle] bicicletas
        [motorcycle] motocicletas
        [car] automóviles
        [bus] buses
        [truck] camiones
        [bag] bolsos
        [animal] animales
        [object] objetos
        [vehicle] vehículos
       *[unknown] personas u objetos
    }
}
rules-duration = { $unit ->
    [s] { $amount } s
    [min] { $amount } min
   *[h] { $rest ->
        [0] { $amount } h
       *[other] { $amount } h { $rest } min
    }
}
rules-in-place = { $has_place ->
    [yes] en zona { $place }
   *[no] en la imagen
}
rules-zone-intrusion = { rules-class } { rules-in-place }
rules-loitering = { rules-class } permanece { rules-duration } { rules-in-place }
rules-occupancy = { $count } { rules-classes } { rules-in-place } durante { rules-duration } (límite { $limit })
rules-stopped-vehicle = { $class ->
    [bicycle] Bicicleta detenida
    [motorcycle] Motocicleta detenida
    [bus] Bus detenido
    [truck] Camión detenido
    [person] Persona detenida
   *[car] Vehículo detenido
} { rules-duration } { rules-in-place }
rules-object-left = { $class ->
    [bag] Bolso abandonado
   *[object] Objeto abandonado
} { rules-duration } { rules-in-place }
rules-tripwire = { rules-class } cruzó la línea { $place } { $direction ->
    [left_to_right] de izquierda a derecha
   *[right_to_left] de derecha a izquierda
}
rules-camera-offline = Cámara sin imagen desde hace { rules-duration }
rules-camera-tampered = { $cause ->
    [covered] Cámara tapada
    [turned] Cámara girada: ya no ve lo mismo
    [defocused] Cámara desenfocada
   *[frozen] Cámara con la imagen congelada
} desde hace { rules-duration }

# Problemas de un archivo de reglas
rules-guess = { $has_guess ->
    [yes] {" "}(¿quiso decir «{ $guess }»?)
   *[no] {""}
}
rules-problem-unknown-key = clave desconocida «{ $given }»{ rules-guess }
rules-problem-missing = falta «{ $given }»
rules-problem-kind = no existe el tipo de regla «{ $given }»{ rules-guess }
rules-problem-class = no existe la clase «{ $given }»{ rules-guess }
rules-problem-unknown-zone = no existe la zona «{ $given }»{ rules-guess }
rules-problem-unknown-tripwire = no existe la línea de cruce «{ $given }»{ rules-guess }
rules-problem-duplicate = otra regla ya se llama «{ $given }»
rules-problem-empty-name = el nombre está vacío
rules-problem-empty-file = el archivo está vacío
rules-problem-no-rules = falta «rules», la lista de reglas
rules-problem-too-large = demasiado grande para ser un archivo de reglas
rules-problem-point = un punto son dos números, [x, y], de 0 a 1
rules-problem-off-picture = el punto { $point } está fuera de la imagen: x e y van de 0 a 1 (0,0 arriba a la izquierda)
rules-problem-corners = una zona tiene de 3 a 200 vértices, esta tiene { $count }
rules-problem-self-crossing = el contorno de la zona se cruza o se toca a sí mismo
rules-problem-zero-length = la línea de cruce no tiene longitud: «from» y «to» son el mismo punto
rules-problem-day = no existe el día «{ $given }»: use mon, tue, wed, thu, fri, sat, sun o un tramo como mon..fri
rules-problem-time = la hora «{ $given }» no vale: escríbala entre comillas, "HH:MM"
rules-problem-empty-schedule = el horario empieza y termina a la misma hora
rules-problem-at-least = debe ser { $limit } o más, no { $given }
rules-problem-more-than = debe ser mayor que { $limit }, no { $given }
rules-problem-at-most = debe ser { $limit } o menos, no { $given }
rules-problem-choice = «{ $given }» no vale; puede ser: { $choices }
rules-problem-too-short = la lista está vacía
rules-problem-string-too-long = el texto es demasiado largo
rules-problem-type = { $expected ->
    [number] se espera un número
    [whole] se espera un número entero
    [bool] se espera true o false
    [text] se espera un texto
    [list] se espera una lista
   *[mapping] se esperan claves con sus valores
}

# Tipos de reglas y sus parámetros, para `veedor rules list`
rules-kind-zone-intrusion = Alguien o algo está en una zona
rules-kind-tripwire = Alguien o algo cruza una línea; cuenta los cruces por clase y sentido
rules-kind-loitering = Alguien permanece mucho tiempo en una zona (merodeo)
rules-kind-occupancy = Hay más de cierto número en una zona
rules-kind-object-left = Un objeto quedó abandonado
rules-kind-stopped-vehicle = Un vehículo está detenido mucho tiempo
rules-kind-camera-offline = De la cámara no llega imagen
rules-kind-camera-tampered = La cámara está tapada, girada, desenfocada o con la imagen congelada
rules-param-name = Nombre de la regla, único en el archivo
rules-param-kind = Tipo de regla
rules-param-enabled = false la apaga
rules-param-severity = Gravedad: info, low, medium, high, critical
rules-param-schedule = Horario: days, from, to, en la hora del sitio; puede pasar la medianoche
rules-param-debounce-s = Segundos que la condición debe mantenerse antes del evento
rules-param-cooldown-s = Segundos mínimos entre dos eventos
rules-param-cooldown-per = Si cooldown_s vale para la regla entera (rule) o para cada objeto (track)
rules-param-classes = Clases que cuentan: person, bicycle, motorcycle, car, bus, truck, bag, animal, object, o el grupo vehicle
rules-param-min-size = Tamaño mínimo de la caja: parte de la altura de la imagen, o {"{"}height, area{"}"}
rules-param-anchor = Punto que ubica al objeto: foot (los pies) o center (el centro, para cámaras cenitales)
rules-param-zone = Zona, de «zones»; sin zona, toda la imagen
rules-param-tripwire = Línea, de «tripwires»
rules-param-absence-s = Segundos sin verlo que aún no terminan el evento
rules-param-dwell-s = Segundos que debe durar
rules-param-more-than = Límite: hay evento por encima de este número
rules-param-direction = Sentido que da evento, mirando de from a to: both, left_to_right, right_to_left
rules-param-bridge-s = Segundos sin verlo que aún permiten unir su camino
rules-param-attended-within = Distancia (parte de la altura de la imagen) a la que una persona aún cuida el objeto; 0 no lo mira
rules-param-after-s = Segundos sin imagen
rules-param-checks = Qué se vigila: covered, turned, defocused, frozen
rules-param-covered-more-than = Parte de la imagen tapada (0 a 1)
rules-param-shifted-more-than = Giro de la vista, como parte del ancho de la imagen
rules-param-sharpness-below = Nitidez respecto de la normal (1)
rules-param-frozen-for-s = Segundos con exactamente la misma imagen

# Órdenes
rules-cli = Reglas: ver los tipos, revisar un archivo, aplicarlas a trayectorias guardadas
rules-cli-list = Muestra los tipos de reglas y sus parámetros
rules-cli-check = Revisa un archivo de reglas y dice todo lo que está mal, con línea y columna
rules-cli-run = Aplica reglas a trayectorias en formato MOTChallenge y escribe los eventos
rules-cli-file = Archivo de reglas (YAML)
rules-cli-tracks = Trayectorias, formato MOTChallenge (cuadro, id, x, y, ancho, alto...)
rules-cli-classes = La columna de clases: auto (cuenta si distingue unas trayectorias de otras), column (siempre), none (nunca)
rules-cli-fps = Cuadros por segundo de las trayectorias
rules-cli-size = Tamaño de la imagen, por ejemplo 384x288
rules-cli-events = Dónde escribir los eventos (JSON); «-» es la salida estándar
rules-cli-start = Cuándo empieza el video, hora del sitio (2026-01-31T22:00): hace falta para los horarios
rules-cli-time-zone = Zona horaria del sitio
rules-cli-valid = { $file }: bien. Reglas: { $count }, zonas: { $zones }, líneas: { $tripwires }
rules-cli-problems = Problemas en { $file }: { $count }
rules-cli-done = Eventos: { $events }, en { $seconds } s de video con { $tracks } trayectorias
rules-cli-no-schedules = Sin --start no se sabe la hora del video: los horarios no se aplican
rules-cli-required = obligatorio
rules-cli-empty = Sin eventos
error-rules-size = «{ $given }» no es un tamaño de imagen
    .hint = Escriba ancho y alto en píxeles, por ejemplo 384x288
error-rules-start = «{ $given }» no es una fecha y hora
    .hint = Escriba por ejemplo 2026-01-31T22:00
error-rules-time-zone = No existe la zona horaria «{ $given }»
    .hint = Escriba por ejemplo America/Lima
error-rules-fps = Los cuadros por segundo deben ser más de 0 y 1000 como máximo, no { $given }
column-parameter = Parámetro
column-meaning = Significado
column-default = Valor por defecto
column-rule = Regla
column-zone = Zona
column-start-s = Inicio (s)
column-end-s = Fin (s)
column-explanation = Explicación
rules-cli-set = Pone un archivo de reglas a una cámara; el sitio en marcha lo sigue en un segundo
rules-cli-set-done = Reglas de { $camera }: { $path }
rules-cli-show = Muestra las reglas de una cámara
rules-cli-show-default = { $camera } no tiene archivo de reglas: avisa si se queda sin señal o si la manipulan
rules-cli-camera = Cámara (nombre o id)
rules-camera-clock = El reloj de la cámara está { $way ->
        [ahead] adelantado
       *[behind] atrasado
    } { $seconds } s
rules-kind-camera-clock = El reloj de la cámara no está en hora
rules-param-off-by-more-than-s = Segundos de diferencia con la hora del sitio que ya cuentan

# Reglas de movimiento
rules-wrong-way = { rules-class } en sentido contrario { rules-in-place }, durante { rules-duration }
rules-running = { rules-class } corriendo { rules-in-place } ({ $speed } alturas de cuerpo por segundo, límite { $limit })
rules-speeding = { rules-class } a { $speed } km/h { rules-in-place } (límite { $limit })
rules-closed-area = { rules-class } en movimiento { rules-in-place }, cerrada a esta hora
rules-lingering = { rules-class } se detuvo { rules-in-place } desde hace { rules-duration }
rules-person-down = { rules-class } cayó al suelo { rules-in-place } y no se levanta desde hace { rules-duration }
rules-sudden-stop = { rules-class } frenó de golpe { rules-in-place } y sigue detenido { rules-duration }
rules-collision = { rules-class }: posible choque { rules-in-place }; ambos siguen detenidos { rules-duration }
rules-fight = Dos personas muy cerca se mueven una contra otra { rules-in-place } ({ $speed } alturas de cuerpo por segundo, límite { $limit })
rules-meeting = Dos personas se encontraron { rules-in-place } y siguen juntas desde hace { rules-duration }
rules-parting = Dos personas que estaban juntas se separaron { rules-in-place }
rules-group-converging = { $count } personas rodearon a una desde varios lados { rules-in-place } en { $within } s
rules-object-removed = { $class ->
    [bag] Se llevaron un bolso
   *[object] Se llevaron un objeto
} { rules-in-place }; llevaba { rules-duration } en su lugar
rules-parked-vehicle = { $class ->
    [motorcycle] Motocicleta estacionada
    [bus] Bus estacionado
    [truck] Camión estacionado
   *[car] Vehículo estacionado
} { rules-duration } { rules-in-place } (límite { $limit } { $limit_unit })
rules-vehicle-circling = { $count } pasadas { rules-in-place } en { rules-duration }, parecidas en clase, tamaño y recorrido, como de un vehículo que da vueltas ({ rules-class })
rules-stop-and-flee = { rules-class } se detuvo { rules-duration } junto a una persona { rules-in-place } y arrancó a toda velocidad
rules-queue = Cola de { $count } { rules-classes } { rules-in-place } durante { rules-duration } (límite { $limit })
rules-crowd = { $change ->
    [forming] Aglomeración repentina
   *[dispersing] Dispersión repentina
} { rules-in-place }: de { $before } a { $count } { rules-classes } en { $within } s
rules-counting = Línea { $place }, { rules-duration }: de izquierda a derecha { $people_left_to_right } personas, { $vehicles_left_to_right } vehículos, { $others_left_to_right } otros; de derecha a izquierda { $people_right_to_left } personas, { $vehicles_right_to_left } vehículos, { $others_right_to_left } otros
rules-sequence = En este orden, en { rules-duration }: { $steps }
rules-together = Juntos, en { rules-duration }: { $steps }
rules-absence = Después de «{ $after }», en { rules-duration }, no hubo «{ $missing }»
rules-resting = La regla «{ $rule }» de { $camera } está en pausa: necesita metros. { $why ->
    [stale] La cámara se movió desde que se calibró: calíbrela de nuevo
   *[none] Calibre la cámara en el mapa
}
rules-problem-steps = indique de 2 a 5 reglas
rules-problem-unknown-rule = no hay ninguna regla «{ $given }» en este archivo{ rules-guess }
rules-problem-circular = esta regla se escucha a sí misma, a través de las reglas que nombra
rules-standing = { $standing ->
    [measured] medida con datos etiquetados
    [demonstrated] demostrada con video real o simulado
   *[experimental] experimental: apagada mientras no diga «enabled: true»
}
rules-cli-standing = Estado: { rules-standing }
rules-kind-wrong-way = Alguien va contra el sentido de una vía o un paso
rules-kind-running = Alguien corre donde se camina
rules-kind-speeding = Un vehículo supera la velocidad permitida (requiere cámara calibrada)
rules-kind-closed-area = Un vehículo se mueve en un área protegida o una vía cerrada
rules-kind-lingering = Alguien se detiene en el camino y se queda en un punto
rules-kind-person-down = Alguien cae al suelo y no se levanta
rules-kind-sudden-stop = Un vehículo frena de golpe
rules-kind-collision = Dos se juntan, uno se detiene de golpe y ambos se quedan ahí
rules-kind-fight = Dos personas muy cerca se mueven una contra otra
rules-kind-meeting = Dos personas que venían separadas se quedan juntas
rules-kind-parting = Dos personas que estaban juntas se separan
rules-kind-group-converging = Varias personas rodean desde varios lados a una que no se mueve
rules-kind-object-removed = Se llevaron un objeto que estaba en su lugar
rules-kind-parked-vehicle = Un vehículo está estacionado más de lo permitido
rules-kind-vehicle-circling = Un mismo vehículo, al parecer, pasa una y otra vez
rules-kind-stop-and-flee = Un vehículo se detiene junto a un peatón y arranca a toda velocidad
rules-kind-queue = Una cola supera cierto número
rules-kind-crowd = Una multitud se forma o se dispersa de golpe
rules-kind-counting = Cuenta quién cruza una línea, por clase y sentido, y lo informa una vez por período
rules-kind-sequence = Otras reglas tienen eventos una después de otra
rules-kind-together = Otras reglas tienen eventos casi al mismo tiempo
rules-kind-absence = Después del evento de una regla no llega el de otra
rules-param-pacing-s = Segundos fuera de la zona, pero a la vista, que aún son la misma visita
rules-param-allowed = Sentido permitido sobre la línea, mirando de from a to: left_to_right, right_to_left
rules-param-within-deg = Grados que el rumbo puede apartarse del sentido contrario
rules-param-least-speed = Velocidad mínima, en tamaños del propio objeto por segundo
rules-param-bodies-per-s = Límite de velocidad, en alturas de cuerpo por segundo (caminar 0.8, correr desde 1.5)
rules-param-limit-kmh = Límite de velocidad en km/h
rules-param-reach-bodies = Cuánto puede apartarse del punto, en alturas de cuerpo
rules-param-height-below = Parte de la altura anterior por debajo de la cual está en el suelo
rules-param-from-speed = Velocidad antes de frenar, en tamaños del propio objeto por segundo
rules-param-within-bodies = Distancia entre dos personas, en alturas de cuerpo, a la que están juntas
rules-param-apart-bodies = Distancia entre dos personas, en alturas de cuerpo, desde la que están separadas
rules-param-together-s = Segundos que debían estar juntas
rules-param-people = Cuántas personas deben llegar
rules-param-within-s = Segundos en los que debe ocurrir
rules-param-from-bodies = Distancia desde la que vienen, en alturas de cuerpo
rules-param-spread-deg = Grados entre las direcciones más alejadas de las que vienen
rules-param-change = Qué se avisa: forming (se forma), dispersing (se dispersa), both (ambos)
rules-param-by-count = Cuántos más o cuántos menos
rules-param-spacing-bodies = Distancia entre dos de la cola, en alturas de cuerpo
rules-param-stood-s = Segundos que debió estar quieto
rules-param-stood-most-s = Segundos que está quieto como máximo
rules-param-beside-within = Distancia (parte de la altura de la imagen) a la que una persona está junto al objeto
rules-param-times = Cuántas pasadas
rules-param-span-s = Segundos en los que deben caber todas las pasadas
rules-param-apart-s = Segundos mínimos entre dos pasadas
rules-param-regular = Pausa más larga entre pausa más corta, como máximo
rules-param-quiet-below = No dice nada donde pasan tantos de la clase o más en ese tiempo
rules-param-leaves-within-s = Segundos en los que alcanza su velocidad
rules-param-leaves-at = Velocidad con la que se va, en tamaños del propio vehículo por segundo
rules-param-beside-bodies = Distancia a la persona, en alturas de cuerpo
rules-param-period-s = Segundos de un período
rules-param-steps = Nombres de las reglas, en orden
rules-param-without = Nombres de reglas que no deben tener evento mientras tanto
rules-param-same = Qué deben tener en común los eventos: anything (nada), place (zona o línea), track (el mismo objeto)
rules-param-near = Distancia (parte de la altura de la imagen) entre los eventos como máximo; 0 no la mira
rules-param-after = Nombre de la regla cuyo evento inicia la espera
rules-param-missing = Nombre de la regla cuyo evento debía llegar

# Lo usual de cada cámara
rules-unusual = { rules-class } { rules-in-place }: { $aspect ->
    [place] pasa por donde casi nadie pasa ({ $share } de cada 100)
    [hour] aparece a una hora en que casi no hay ({ $share } por hora)
    [way] va { rules-way }; así van aquí { $share } de cada 100
    [speed] va más { $pace ->
        [fast] rápido
       *[slow] lento
    } que { $speed } tamaños propios por segundo; así van aquí { $share } de cada 100
   *[stay] permanece en un punto { rules-duration }; tanto se quedan aquí { $share } de cada 100
}. Algo así se ve una vez en { $often } { $many ->
    [no] día
   *[yes] días
}
rules-way = { $way ->
    [right] hacia la derecha
    [down-right] hacia abajo a la derecha
    [down] hacia abajo
    [down-left] hacia abajo a la izquierda
    [left] hacia la izquierda
    [up-left] hacia arriba a la izquierda
    [up] hacia arriba
    [up-right] hacia arriba a la derecha
   *[other] sin avanzar
}
rules-kind-unusual = Alguien se mueve como casi nunca se mueve nadie aquí a esta hora (se aprende solo, de las trayectorias de la cámara)
rules-param-per-day = Cuántos avisos al día como máximo; el sistema lo cumple
rules-param-least-days = Días de trayectorias que hacen falta antes de decir algo
rules-param-aspects = En qué puede ser raro: place (lugar), hour (hora), way (sentido), speed (velocidad), stay (permanencia)
normality-drift = Cámara { $camera }: lo usual cambió { $share } % de un día a otro (versión { $version }). Si la cámara no se movió ni cambió la calle, mire con «veedor normality show» y vuelva atrás con «veedor normality rollback»
normality-cli = Lo usual de cada cámara, aprendido de sus trayectorias
normality-cli-show = Versiones de lo usual de una cámara: cuántos días y trayectorias, y cuánto cambió
normality-cli-rollback = Vuelve a una versión anterior; lo que pasó entre medio no se aprende
normality-cli-camera = Cámara (nombre o id)
normality-cli-to = Versión a la que se vuelve
normality-cli-none = De { $camera } no se ha aprendido nada: ponga una regla «unusual» y espere a la madrugada siguiente
normality-cli-back = { $camera }: la versión { $version } repite la { $since }; el sitio la toma en un minuto
error-normality-version = { $camera } no tiene la versión { $version } de lo usual
    .hint = «veedor normality show --camera { $camera }» dice cuáles hay
column-version = Versión
column-until = Aprendido hasta
column-days = Días
column-tracks = Trayectorias
column-drift = Cambio
column-back-to = Repite la
