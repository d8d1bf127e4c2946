error-track-time-went-back = El seguimiento recibió un cuadro de { $at_s } s después de uno de { $last_s } s
    .hint = Los cuadros deben llegar en orden de tiempo; tras un salto del reloj, reinicie el seguimiento
error-track-bad-time = "{ $at_s }" no es un tiempo en segundos
error-track-bad-detections = Las columnas de las detecciones no concuerdan: { $problem }
error-track-mot-file = { $file }, línea { $line }: { $problem }
    .hint = Cada línea es: cuadro,id,izquierda,arriba,ancho,alto,confianza[,clase...]; los cuadros se cuentan desde 1
