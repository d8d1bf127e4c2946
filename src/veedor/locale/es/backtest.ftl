error-backtest-running = Ya hay una prueba en marcha, la de la cámara { $camera }
    .hint = Espere a que termine, o deténgala: el sitio hace una a la vez para no quitarle máquina al análisis
error-backtest-failed = La prueba de las reglas de { $name } terminó antes de tiempo: { $problem }
    .hint = Inténtelo otra vez; si se repite, mire el registro del sitio
error-backtest-no-history = No hay nada archivado de la cámara { $camera } en ese tiempo
    .hint = Elija más días, o revise que la cámara tenga análisis
error-backtest-span = El fin no está después del inicio
    .hint = Escriba por ejemplo --since 7d, o --since 2026-03-01 --until 2026-03-08

# Lo que una prueba no puede decir
backtest-note-not-kept = No se prueban: { $rules }. Leen la conexión o el reloj de la cámara, que el archivo no guarda
backtest-note-resting = En pausa: { $rules }. Necesitan metros, y la cámara no está calibrada o se movió
backtest-note-tampered = Solo de modo aproximado: { $rules }. El archivo guarda los datos de la imagen cuando cambian, no cada vez
backtest-note-ground = Se usa la calibración de ahora, también para los días en que era otra
backtest-note-unknown = El archivo de esos días no dice cuándo se analizó la cámara: se toma como si hubiera sido siempre
backtest-note-watched = La cámara se analizó { $hours } de { $of } horas; del resto no se sabe nada
backtest-note-too-many = Se detuvo después de { $count } eventos: así las reglas no sirven

# Órdenes
backtest-cli = Prueba reglas nuevas con los últimos días de una cámara, al lado de las que rigen; no cambia nada
backtest-cli-camera = Cámara (nombre o id)
backtest-cli-rules = Archivo con las reglas que se prueban (YAML)
backtest-cli-since = Desde cuándo: 7d, 12h, o fecha y hora
backtest-cli-until = Hasta cuándo (por defecto, ahora)
backtest-cli-limit = Cuántos eventos mostrar de los nuevos y de los que desaparecen
backtest-cli-progress = { $tracks } trayectorias, { $rate } h por segundo
backtest-cli-counts-so-far = Alertas hasta ahora: { $new } con las nuevas, { $old } con las que rigen
backtest-cli-done = { $tracks } trayectorias en { $seconds } s ({ $rate } h de archivo por segundo)
backtest-cli-counts = Nuevos: { $new }. Desaparecen: { $gone }. Iguales: { $same }
backtest-cli-more = y { $count } más
backtest-cli-list-new = Nuevos
backtest-cli-list-gone = Desaparecen
column-day = Día
column-alerts-old = Alertas con las reglas que rigen
column-alerts-new = Alertas con las nuevas
column-only-new = Nuevos
column-only-old = Desaparecen
column-same = Iguales
column-begins = Inicio
