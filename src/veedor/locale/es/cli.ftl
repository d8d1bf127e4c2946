cli-veedor = Veedor: video inteligente y abierto para la seguridad ciudadana.
cli-exit-codes = Códigos de salida: 0 hecho · 1 error interno · 2 datos u órdenes incorrectos · 3 algo no responde · 4 no permitido · 5 disco o base de datos · 130 interrumpido
cli-lang = Idioma: es o en (si no, según LANG)
cli-version = Muestra la versión y termina
cli-json = Salida JSON, para programas
cli-example = Ejemplo: { $command }
cli-config = Archivo de configuración del sitio
