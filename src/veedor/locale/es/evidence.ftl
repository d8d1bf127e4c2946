error-evidence-not-authentic = El paquete { $directory } NO es auténtico o no está completo ({ $count } problemas)
    .hint = No lo use como prueba. Pida otra copia a quien lo entregó y compare la huella de la clave por teléfono
error-evidence-key = { $file } no sirve como clave pública: { $problem }
    .hint = Hace falta un archivo PEM con la clave pública Ed25519 del sitio: `veedor evidence key --out PUBLICA.pem`
evidence-reason-not-ed25519 = no es una clave pública Ed25519
evidence-reason-not-pem = no es una clave en formato PEM
error-evidence-key-inside = La clave { $file } está dentro del paquete
    .hint = Una clave que viaja con el paquete no prueba nada. Pídala al sitio por otra vía
error-evidence-target = La carpeta { $directory } no está vacía
    .hint = Elija una carpeta nueva: una exportación nunca se mezcla con otros archivos
error-evidence-nothing = El incidente { $incident } no tiene video asegurado
    .hint = Asegure primero el tramo: `veedor evidence lock`
error-evidence-not-held = El video de { $camera } todavía no está asegurado (estado: { $state })
    .hint = Espere la confirmación del sitio, o revise el problema en la lista de evidencias
error-evidence-span = Tramo de video no válido: { $problem }
error-evidence-still-recording = El video de { $camera } hasta las { $until } todavía se está grabando
    .hint = Vuelva a intentarlo en un minuto
error-evidence-original-damaged = El segmento original { $path } está dañado: { $problem }
    .hint = Ejecute `veedor check`. El paquete no se creó, para no entregar un original alterado
error-evidence-export-failed = No se pudo crear el paquete { $package }: { $problem }
error-evidence-download-damaged = El archivo { $path } llegó dañado
    .hint = Repita la exportación

error-evidence-too-big = Son demasiados segmentos para un solo paquete ({ $segments })
    .hint = Reparta los tramos en varios incidentes, o asegure tramos más cortos
error-evidence-owner-statement = Lo que el sitio { $site } dice de su video no corresponde a lo pedido ({ $problem })
    .hint = No se hizo ningún paquete. Compare la llave de la institución con la que le comunicó, y avise a quien opera ese sitio
error-evidence-errand-waits = { $who } ya no tiene la sesión abierta, y a otros sitios solo se les pide en su nombre
    .hint = Continúa cuando { $who } vuelva a ingresar en este nodo central; o que otra persona lo pida de nuevo

evidence-verify-missing = { $path }: falta
evidence-verify-extra = { $path }: sobra, no figura en el manifiesto
evidence-verify-changed = { $path }: fue alterado ({ $detail })
evidence-verify-not-a-file = { $path }: no es un archivo normal (enlace u objeto especial)
evidence-verify-unreadable = { $path }: no se puede leer ({ $detail })
evidence-verify-too-big = { $path }: es demasiado grande
evidence-verify-too-deep = { $path }: carpetas demasiado profundas
evidence-verify-name-unsafe = { $path }: nombre no permitido en el manifiesto
evidence-verify-listed-twice = { $path }: figura dos veces en el manifiesto
evidence-verify-entry-broken = { $path }: su entrada del manifiesto está incompleta
evidence-verify-manifest-broken = { $path }: no es un manifiesto legible ({ $detail })
evidence-verify-manifest-format = { $path }: no tiene el formato { $detail }
evidence-verify-manifest-not-canonical = { $path }: no está en forma canónica
evidence-verify-manifest-empty = { $path }: no enumera ningún archivo
evidence-verify-signature-bad = { $path }: la firma no corresponde; el manifiesto fue alterado
evidence-verify-other-key = { $path }: firmado con otra clave (huella { $detail })
evidence-verify-owner-missing = { $path }: falta la declaración de la institución dueña del video (tramo { $detail })
evidence-verify-owner-broken = { $path }: no se puede leer la declaración de la institución dueña del video (tramo { $detail })
evidence-verify-owner-other = { $path }: la declaración de la institución dueña trata de otro video (tramo { $detail })
evidence-verify-owner-segments = { $path }: los originales no son los que firmó la institución dueña (tramo { $detail })
evidence-verify-owner-unsigned = { $path }: la declaración de la institución dueña no está firmada (tramo { $detail })
evidence-verify-owner-signature = { $path }: la firma de la declaración de la institución dueña no corresponde (tramo { $detail })
evidence-verify-good = Auténtico y completo: { $files } archivos, { $octets } bytes, paquete { $package } de { $site }
evidence-verify-signer = Huella de la clave: { $fingerprint }

evidence-status-requested = solicitado
evidence-status-held = asegurado
evidence-status-failed = no asegurado
evidence-status-releasing = liberación solicitada
evidence-status-released = liberado

evidence-site-unavailable = El sitio no responde: { $problem }
evidence-lock-refused = El sitio no pudo asegurar el tramo
evidence-span-order = el inicio debe ser anterior al fin
evidence-span-long = dura más de { $hours } horas
evidence-span-future = termina en el futuro
evidence-span-naive = las horas deben llevar zona horaria (por ejemplo 2026-03-01T10:00:00-05:00)
evidence-package-running = El paquete todavía se está creando
evidence-package-expired = Los archivos del paquete ya se retiraron; exporte de nuevo
evidence-package-not-ready = El paquete no se llegó a crear
evidence-reason-needed = indique el motivo

evidence-readme-span = { $number }. Cámara «{ $camera }»: de { $start } a { $end }. Segmentos originales: { $segments }. Huecos sin video: { $missing }.
evidence-readme =
    PAQUETE DE EVIDENCIA DE VIDEO
    =============================

    Paquete:    { $package }
    Sitio:      { $site }
    Incidente:  { $incident }
    Creado:     { $created }, por { $person }
    Motivo:     { $reason }

    Contenido
    ---------
    originals/     Segmentos originales, copiados byte por byte de la grabación. No los modifique.
    clips/         Copia de trabajo: un video continuo de cada tramo, para verlo con comodidad.
    stills/        Fotogramas del tramo.
    alerts/        Imágenes de las alertas, con los trazos que dibujó el análisis (si las hay).
    manifest.json  Lista firmada de todo: huella SHA-256 de cada archivo, cámara, horas UTC y su fuente,
                   huecos, cadena de custodia (quién, cuándo, por qué).
    manifest.sig   Firma Ed25519 de manifest.json.
    SHA256SUMS     Las mismas huellas, para la orden sha256sum.

    Tramos
    ------
    { $spans }

    Cómo verificar
    --------------
    Pida al sitio su clave pública por una vía distinta de la de este paquete, y confirme por teléfono su huella:

        { $fingerprint }

    Con Veedor (sin conexión):

        veedor evidence verify CARPETA --key PUBLICA.pem

    Sin Veedor, dentro de la carpeta:

        openssl pkeyutl -verify -pubin -inkey PUBLICA.pem -rawin -in manifest.json -sigfile manifest.sig
        sha256sum -c SHA256SUMS

    La segunda forma no detecta archivos agregados y exige comparar la huella de SHA256SUMS con la del manifiesto.

    La verificación prueba que estos archivos son los que el sitio firmó. No prueba, por sí sola, que el reloj
    de la cámara estuviera en hora: el manifiesto dice de dónde viene cada hora y su desfase conocido.

evidence-key-there = ahí hay otra cosa, que no se sobrescribe

cli-evidence = Evidencia: asegurar, exportar y verificar video
cli-evidence-lock = Asegura un tramo de video de un incidente, para que la retención no lo borre
cli-evidence-list = Lista el video asegurado de un incidente
cli-evidence-release = Libera un tramo asegurado, con su motivo
cli-evidence-export = Crea un paquete firmado con los originales y lo descarga en una carpeta nueva
cli-evidence-verify = Verifica un paquete sin conexión, con la clave pública del sitio
cli-evidence-key = Guarda la clave pública con la que se verifican los paquetes de este sitio
cli-evidence-reason = Motivo, por ejemplo el número de oficio
cli-evidence-purpose = Finalidad (queda en la auditoría y en el manifiesto)
cli-evidence-case = Número de caso o carpeta fiscal
cli-evidence-camera = Cámara (identificador)
cli-evidence-from = Desde: fecha y hora (sin zona horaria: la de este equipo), o 30m, 2h atrás
cli-evidence-to = Hasta
cli-evidence-id = Identificador del tramo asegurado
cli-evidence-out = Carpeta nueva o vacía
cli-evidence-package = Descarga un paquete ya creado en vez de crear otro
cli-evidence-directory = Carpeta del paquete
cli-evidence-key-file = Clave pública del sitio (PEM), obtenida por otra vía que el paquete
cli-evidence-key-out = Archivo donde guardarla
cli-evidence-key-written = Clave pública guardada en { $file }. Entréguela por una vía distinta que los paquetes
cli-evidence-exported = Paquete { $package } en { $directory }: { $files } archivos, verificado
cli-evidence-none = No hay video asegurado

column-evidence = Evidencia
column-start = Desde
column-end = Hasta
error-evidence-no-footage = La cámara «{ $camera }» no tiene grabación en ese tramo
    .hint = Revise la hora y la zona horaria del tramo, y los huecos de la cámara
