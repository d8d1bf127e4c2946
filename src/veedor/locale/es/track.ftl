error-track-time-went-back = El seguimiento recibió un cuadro de { $at_s } s después de uno de { $last_s } s
    .hint = Los cuadros deben llegar en orden de tiempo; tras un salto del reloj, reinicie el seguimiento
error-track-bad-time = "{ $at_s }" no es un tiempo en segundos
error-track-bad-detections = Las columnas de las detecciones no concuerdan: { $problem }
error-track-mot-file = { $file }, línea { $line }: { $kind ->
        [number] "{ $value }" no es un número
        [columns] { $value } columnas, y hacen falta al menos 7
        [frame] "{ $value }" no es un número de cuadro (1, 2, 3 ...)
       *[id] "{ $value }" no es un número de identidad
    }
    .hint = Cada línea es: cuadro,id,izquierda,arriba,ancho,alto,confianza[,clase...]; los cuadros se cuentan desde 1
error-track-mot-unreadable = No se puede leer { $file } (después de la línea { $line }): { $problem }
track-help = Convierte detecciones en trayectorias: texto MOTChallenge de entrada y de salida.
track-help-detections = Archivo de detecciones (cuadro,id,izquierda,arriba,ancho,alto,confianza[,clase]); también .gz
track-help-out = Archivo de trayectorias que se escribirá; también .gz
track-help-fps = Cuadros por segundo (si no, se toma de seqinfo.ini, junto al archivo o una carpeta más arriba)
track-fps-assumed = Sin --fps ni seqinfo.ini: se suponen { $fps } cuadros por segundo
track-progress = Siguiendo
track-done = { $tracks } trayectorias con { $boxes } cajas en { $frames } cuadros a { $fps } fps: { $file }
