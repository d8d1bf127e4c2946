error-playback-copy-busy = La copia de trabajo de otro video está ocupando el servidor (para { $name }): se hace una a la vez
    .hint = Espere a que termine, o grabe también un flujo secundario H.264 de esta cámara
