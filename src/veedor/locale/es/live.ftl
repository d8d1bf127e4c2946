error-live-no-picture = No hay imagen en vivo de la cámara { $camera }
    .hint = Revise si la cámara está conectada: `veedor cameras test`
error-live-not-live = La cámara { $camera } no se está recibiendo aquí
