# Explicaciones de los eventos
rules-class = { $class ->
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
rules-classes = { $class ->
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
