error-ingest-unservable-file = No se puede servir { $file } como cámara: { $problem }
    .hint = Use un archivo de video H.264, H.265 o de otro formato que se pueda decodificar
