health-keys = Salud
health-refresh = Actualizar
health-loading = Preguntando al sitio…
health-version = Veedor { $version } · en marcha hace { $age }
health-this-clock = El reloj de esta computadora está errado por { $seconds } s
health-all-well = Todo en orden
health-wrong = { $count ->
    [one] Hay 1 problema ahora
   *[other] Hay { $count } problemas ahora
}
health-open-camera = Abrir la cámara
health-disk = Disco de grabaciones
health-disk-used = Espacio usado del disco
health-days-unknown = Aún no se sabe cuántos días caben
health-days-left = Quedan { $days } días hasta llenarse
health-disk-free = { $free } libres de { $total }
health-disk-rate = { $footage } de grabaciones · entran { $rate } por segundo
health-analysis = Análisis: { $name }
health-worker-ready = En marcha
health-worker-starting = Arrancando o reiniciando; la grabación continúa
health-worker-host = En { $host }
health-load = { $load } de un núcleo
health-passes = { $passes } pasadas del detector por segundo · { $cameras } cámaras
health-restarts = { $count ->
    [one] 1 reinicio desde el arranque
   *[other] { $count } reinicios desde el arranque
}
health-cameras = Cámaras ({ $count })
health-search = Buscar cámara
health-camera = Cámara
health-state = Estado
health-rate = Entra
health-lost = Paquetes perdidos
health-fps = Cuadros/s analizados
health-shed = Cuadros omitidos
health-offset = Desfase del reloj
health-since = Desde hace
health-totals = En total entran { $rate } por segundo. Los números son de los últimos segundos; los paquetes perdidos, desde el arranque.
health-hub = Nodo central
health-hub-heard = Contestó por última vez:
health-hub-away = Las cámaras, las alertas y la evidencia de este sitio siguen aquí. Otras entidades no las ven; lo que se haga llega a { $hub } cuando el enlace vuelva. Revise la red de esta máquina; si está bien, avise a { $hub }.
