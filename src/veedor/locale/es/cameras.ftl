cli-cameras = Las cámaras del sitio
cli-cameras-add = Agrega una cámara, o un grabador con sus canales
cli-cameras-list = Lista las cámaras
cli-cameras-remove = Retira una cámara; su grabación queda hasta cumplir su plazo
cli-cameras-test = Se conecta a una cámara y muestra lo que envía
cli-cameras-import = Agrega las cámaras de un archivo CSV
cli-cameras-discover = Busca cámaras ONVIF en la red, o pregunta a una por sus transmisiones
cli-cameras-name = Nombre de la cámara
cli-cameras-name-or-url = Nombre de una cámara, o un URL
cli-cameras-url = rtsp://…, http://… (MJPEG), un archivo, o la dirección de un equipo ONVIF o grabador
cli-cameras-sub = URL de la transmisión secundaria (imagen menor, para el análisis)
cli-cameras-username = Usuario en la cámara
cli-cameras-password = Contraseña en la cámara; aquí otros usuarios del equipo podrían verla: --ask-password es más seguro
cli-cameras-ask-password = Pide la contraseña sin mostrarla
cli-cameras-password-prompt = Contraseña de la cámara
cli-cameras-kind = rtsp, mjpeg, file, onvif o recorder; si no se indica, lo dice el URL
cli-cameras-udp = Recibe por UDP (si no, por TCP)
cli-cameras-make = Para grabadores: hikvision, dahua u onvif
cli-cameras-channels = Para grabadores: qué canales, como 1-8 o 1,3,5
cli-cameras-audio = Graba también el sonido
cli-cameras-keep-days = Días que se guarda la grabación
cli-cameras-change = Configura de nuevo una cámara que ya existe con ese nombre
cli-cameras-snapshot = Escribe una imagen en este archivo JPEG
cli-cameras-csv = Archivo CSV con encabezado: name, url y, si se desea, sub_url, username, password, transport, kind, latitude, longitude, keep_days, audio
cli-cameras-partial = Agrega las líneas correctas aunque otras no lo sean
cli-cameras-address = Pregunta a este equipo por sus transmisiones
cli-cameras-wait = Segundos de espera de respuestas
cli-cameras-added = Agregada: { $name }
cli-cameras-removed = Retirada: { $name }
cli-cameras-none = No hay cámaras. Agregue una: veedor cameras add NOMBRE URL
cli-cameras-discover-none = Ninguna cámara respondió
cli-cameras-imported = { $count ->
    [one] { $count } cámara agregada
   *[other] { $count } cámaras agregadas
 }; { $bad ->
    [one] { $bad } línea con error
   *[other] { $bad } líneas con error
 }
cli-cameras-bad-line = Línea { $line }: { $problem }
cli-cameras-test-stream = Transmisión { $stream }
cli-cameras-test-codec = Códec
cli-cameras-test-size = Imagen
cli-cameras-test-fps = Imágenes por segundo
cli-cameras-test-keyframe-interval = Intervalo entre cuadros clave
cli-cameras-test-bit-rate = Tasa de bits
cli-cameras-test-clock-offset = Reloj de la cámara menos el nuestro
cli-cameras-test-clock = Hora tomada de
cli-cameras-test-sound = Sonido
cli-cameras-test-snapshot = Imagen escrita en
cli-cameras-stream-main = principal
cli-cameras-stream-sub = secundaria
cli-cameras-clock-sender-report = el reloj de la cámara
cli-cameras-clock-arrival = nuestro reloj, a la llegada
cli-cameras-clock-file = nuestro reloj, con el archivo a velocidad real
cli-cameras-no-offset = la cámara no lo informa
column-kind = Tipo
column-main-url = Transmisión principal
column-sub-url = Transmisión secundaria
column-keep-days = Días guardados
column-address = Dirección
column-hardware = Modelo
column-service = Servicio
column-channel = Canal
column-name = Nombre
cli-cameras-list-user = usuario { $user }
cli-cameras-list-days = se guarda { $days } días
column-streams = Transmisiones
