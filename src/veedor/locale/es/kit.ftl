error-internal = Error interno de Veedor
error-user = { $problem }
error-config = { $file }, línea { $line }, columna { $column }: { $problem }
error-not-found =
    No existe { $kind ->
        [camera] la cámara
        [alert] la alerta
        [incident] el incidente
        [evidence] la evidencia
        [folder] la carpeta
        [file] el archivo
        [clip] el clip
        [package] el paquete
        [user] la persona
        [session] la sesión
        [segment] el segmento
        [snapshot] la imagen
        [key] la llave
        [path] la dirección
        [bench] la medición
        [model] el modelo
       *[other] { $kind }
    } «{ $name }»
error-conflict = { $problem }
error-not-authenticated = Inicie sesión
    .hint = Use `veedor login` o la página de acceso
error-forbidden = No permitido: { $action } ({ $reason })
    .hint = Pida el permiso a su administrador
error-unavailable = { $name } no responde: { $problem }
error-store = { $path }: { $problem }
error-store-locked = { $path } está en uso por otro proceso
    .hint = Cierre el otro proceso de Veedor que usa esa carpeta, o elija otra carpeta de datos
error-store-corrupt = { $path } está dañado: { $problem }
    .hint = No lo borre. Ejecute `veedor check --repair` o restaure la copia de seguridad
error-store-full = No queda espacio en { $path }
    .hint = Libere espacio, reduzca la retención o agregue un disco
error-store-read-only = No se puede escribir en { $path }
    .hint = Revise los permisos y si el disco se montó en modo de solo lectura por un fallo
