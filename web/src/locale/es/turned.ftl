turned-tab = Descartadas
turned-keys = Descartadas por la segunda mirada
turned-next = Siguiente
turned-before = Anterior
turned-switch = Imagen o video
turned-span = De los últimos
turned-days = { $days ->
    [one] { $days } día
   *[other] { $days } días
}
turned-camera = Cámara
turned-every-camera = Todas
turned-count = { $count ->
    [one] { $count }{ $most } descartada
   *[other] { $count }{ $most } descartadas
}
turned-none = Nada fue descartado
turned-none-hint = Antes de dar una alerta, el sitio mira de nuevo. Lo que entonces no vuelve a ver queda aquí, sin alerta.
turned-one = Lo descartado
turned-list = Descartadas, la más nueva primero
turned-picture = Imagen con el recorrido y la zona. { $said }
turned-clip = Video de lo descartado, sin sonido
turned-gone = De ese momento ya no hay imagen ni video
turned-no-picture = Ya no hay imagen, y del video tampoco
turned-no-right = La imagen ya no está, y su rol no permite ver grabaciones
turned-see-clip = Ver el video
turned-see-picture = Ver la imagen
turned-tally = Segundas miradas de «{ $rule }» en estos días: { $confirmed } confirmadas, { $down } descartadas, { $unverified } sin poder mirar (esas alertas se dieron).
turned-judged = Aquí solo se mira. Cada día se sortean algunas para preguntar en «Sin alerta» si debieron alertar: así se sabe cuánto se escapa.
