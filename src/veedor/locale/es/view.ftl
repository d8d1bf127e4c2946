view-way = { $way ->
    [right] la vista se movió { $amount } % a la derecha
    [left] la vista se movió { $amount } % a la izquierda
    [up] la vista se movió { $amount } % hacia arriba
    [down] la vista se movió { $amount } % hacia abajo
    [clockwise] la vista giró { $amount }° en sentido horario
    [counterclockwise] la vista giró { $amount }° en sentido antihorario
    [closer] la vista se acercó { $amount } %
    [wider] la vista se abrió { $amount } %
   *[elsewhere] la cámara mira a otro lugar
}
view-moved = { $camera }: { view-way }. { $rules ->
    [0] Revise la cámara
    [one] Una regla está en pausa: vuelva la cámara a su sitio, o revise las zonas y confirme la vista
   *[other] { $rules } reglas están en pausa: vuelva la cámara a su sitio, o revise las zonas y confirme la vista
}
view-long-away = { $camera } lleva más de media hora mirando a otro lugar: las reglas con zonas están en pausa. Llévela de vuelta a su preset
error-view-unseen = Todavía no se ha visto lo suficiente de { $camera } para confirmar su vista
    .hint = Espere unos segundos con la cámara quieta y en línea, y vuelva a intentarlo
error-view-unmoved = No se sabe cuánto se movió la vista de { $camera }
    .hint = Corrija las zonas a mano sobre la imagen de ahora
reason-view-unreadable = el archivo de las vistas de una cámara no se puede leer ({ $said }): bórrelo, y se aprenderá de nuevo lo que ve ahora
error-compose-calibration = «{ $name }» no sirve como calibración: { $detail }
    .hint = Guarde como archivo JSON lo que la API da en «calibration» de una cámara, o calíbrela en el mapa y dé su nombre
compose-calibration-form = el archivo no tiene «matrix» (9 números) ni «pairs» (x, y, latitude_deg, longitude_deg)
compose-calibration-none = la cámara no está calibrada
compose-calibration-stale = la cámara se movió desde que se calibró
cli-calibration = Calibración para reglas en metros: archivo JSON, o nombre de una cámara calibrada del sitio
rules-param-preset = Preset (nombre o número) en el que la cámara debe estar; sin él, la vista de siempre
rules-param-learned = true: contra el sentido habitual, aprendido de las trayectorias; donde aún no se sabe, contra el dibujado
rules-param-least-tracks = Trayectorias que hacen falta en un lugar para conocer su sentido habitual
rules-wrong-way-learned = { rules-class } en sentido contrario { rules-in-place }, durante { rules-duration }, según el sentido habitual, aprendido de { $tracks } trayectorias
rules-cli-resting = La regla «{ $rule }» no corre: necesita metros. Dé una calibración con --calibration
map-points-lens = para estimar la curvatura del lente hacen falta al menos 8 pares
