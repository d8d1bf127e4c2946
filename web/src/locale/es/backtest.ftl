backtest-open = Probar con los últimos días
backtest-days = Días
backtest-days-count = { $count ->
    [one] Último día
   *[other] Últimos { $count } días
}
backtest-run = Probar
backtest-again = Probar otra vez
backtest-stop = Detener
backtest-progress = { $percent } % de los días, { $tracks } trayectorias, { $rate } horas por segundo
backtest-done = Listo: { $tracks } trayectorias en { $seconds } s
backtest-stopped = Detenida: vale hasta donde llegó
backtest-failed = La prueba no terminó
backtest-old-text = Las reglas cambiaron desde esta prueba.
backtest-chart = Alertas por día
backtest-chart-day = { $day }: { $new } con las nuevas, { $old } con las que rigen
backtest-legend-new = con las nuevas: { $count }
backtest-legend-old = con las que rigen: { $count }
backtest-tab-new = Nuevas ({ $count })
backtest-tab-gone = Desaparecen ({ $count })
backtest-tab-same = Iguales ({ $count })
backtest-empty = Ninguna
backtest-sample = Se muestran { $shown } de { $count }, repartidas por todo el tiempo
backtest-precision = { $of ->
    [0] Marque con T las ciertas y con F las falsas
   *[other] { $true } de { $of } ciertas; entre { $low } % y { $high } %
}
backtest-precision-new = Con las nuevas
backtest-precision-old = Con las que rigen
backtest-lost = { $count ->
    [0] Ninguna de las que desaparecen está marcada como cierta
    [one] Se pierde una cierta
   *[other] Se pierden { $count } ciertas
}
backtest-true = Cierta
backtest-false = Falsa
backtest-clear = Sin marca
backtest-clip = Video de esta alerta
backtest-no-clip = De ese momento ya no hay video, o no se puede reproducir
backtest-no-right = Su rol no reproduce grabaciones
backtest-next = Siguiente
backtest-previous = Anterior
backtest-folded = agrupada con otras
backtest-what-first = Elija una alerta de la lista para ver su video
backtest-first-title = ¿Probar antes con los últimos días?
backtest-first = Hay días archivados de esta cámara. La prueba dice cuántas alertas darían las reglas nuevas y cuáles se perderían; no cambia nada.
backtest-first-try = Probar antes
backtest-first-skip = Guardar sin probar
