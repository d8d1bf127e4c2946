live-connecting = Conectando…
live-stale = Sin imagen nueva hace { $age }
live-none = Sin imagen hace { $age }
live-unsupported = Este navegador no reproduce el video de esta cámara (H.265)
live-substream = Flujo secundario: este navegador no reproduce H.265
live-keyframes = Solo cuadros clave: enlace lento
live-slow = Flujo secundario: conexión lenta
live-logged-out = Ingrese de nuevo para ver esta cámara
live-dropped = { $count ->
    [one] { $count } imagen omitida
   *[other] { $count } imágenes omitidas
 }
live-word-connecting = conectando
live-word-stale = la imagen no es actual
live-word-none = sin imagen
live-word-unsupported = este navegador no reproduce su video
live-class-person = Persona
live-class-bicycle = Bicicleta
live-class-car = Auto
live-class-motorcycle = Moto
live-class-bus = Bus
live-class-truck = Camión
live-class-bag = Bulto
live-class-animal = Animal
live-class-object = Objeto
live-class-unknown = Algo
