error-mp4-bitstream = No se pueden leer las cabeceras del video: { $problem }
error-mp4-unsupported = No se puede guardar el códec { $codec }: { $problem }
    .hint = Configure la cámara con video H.264 o H.265 y audio AAC o G.711
error-mp4-damaged = Archivo MP4 dañado: { $problem }
