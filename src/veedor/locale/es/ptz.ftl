error-ptz-none = La cámara { $name } no se puede mover desde aquí
error-ptz-taken = { $who } está moviendo esta cámara
    .hint = Espere { $seconds } s desde su último movimiento, o pida a un supervisor que tome el control
