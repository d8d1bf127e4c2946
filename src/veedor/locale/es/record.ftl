error-record-no-footage = No hay grabación de la cámara { $camera } en { $at }
    .hint = Revise los vacíos de la cámara para ver el motivo
error-record-no-segment = No existe el segmento { $segment }
error-record-damaged = No se puede leer el archivo de grabación { $path }: { $problem }
    .hint = Ejecute `veedor check`
problem-data-disk-full = El disco de { $path } está lleno (quedan { $megabytes } MB): los eventos y las alertas esperan, y lo que hacen las personas puede ser rechazado
    .hint = Haga espacio o agregue un disco; lo que espera se guarda solo en cuanto haya lugar
problem-record-disk-full = El disco de { $path } está lleno y todo lo que queda está asegurado como evidencia: no se está grabando
    .hint = Libere video asegurado que ya no se necesite, haga espacio o agregue un disco
problem-record-below-minimum = Disco lleno: se están borrando grabaciones de solo { $days } días (el mínimo es { $minimum } días)
    .hint = Agregue un disco o reduzca la tasa de bits de las cámaras

record-check-interrupted = { $path }: la grabación se interrumpió; el próximo inicio, o --repair, la completa
record-check-index-corrupt = { $path } está dañado: { $detail }. --repair lo aparta y lo reconstruye con los archivos
record-check-index-missing = Falta { $path }. --repair lo reconstruye con los archivos
record-check-missing-file = { $path }: está en el índice, pero el archivo no existe { $detail }
record-check-orphan-file = { $path }: un archivo que no está en el índice
record-check-size = { $path }: el tamaño no es el del índice ({ $detail })
record-check-hash = { $path }: el contenido no es el que se grabó (SHA-256 distinto)
record-check-unreadable = { $path }: no se puede leer: { $detail }
record-check-overlap = { $path } se superpone con { $detail } del mismo tramo
record-check-gap-missing = { $path }: sin grabación y sin vacío registrado, { $detail } UTC
record-check-garbage = { $path }: el borrado quedó a medias
record-check-lock-lost = El video asegurado { $path } de la cámara { $detail } no está en el índice

cli-check = Compara las grabaciones con su índice y predice los días de grabación por cámara
cli-check-repair = Corrige lo que esté mal. Nunca borra grabaciones: los archivos sin registro se indexan o se apartan en cuarentena
cli-check-deep = Compara el contenido de cada archivo (por omisión hasta 20 GB de grabaciones), o nunca
cli-check-summary = { $path }: { $segments } segmentos, { $gigabytes } GB
cli-check-live = Un sitio está grabando aquí en este momento: se revisa al mismo tiempo
cli-check-not-hashed = Se compararon tamaños, no contenidos (--deep los compara)
cli-check-repaired = corregido
cli-check-clean = Sin problemas
cli-check-problems = { $count ->
    [one] Queda un problema. Ejecute `veedor check --repair`
   *[other] Quedan { $count } problemas. Ejecute `veedor check --repair`
}

column-check-gigabytes = GB guardados
column-check-megabits = Mbit/s
column-check-days-stored = Días guardados
column-check-days = Días que caben
column-check-camera = Cámara
cli-check-no-names = Los nombres de las cámaras no se pueden leer, se muestran sus claves: { $problem }
cli-check-removed-camera = { $id } (ya no está en la lista)
