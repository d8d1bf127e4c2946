error-map-districts = { $number ->
        [0] El archivo de distritos no sirve: { $problem }
       *[other] El archivo de distritos no sirve: elemento { $number }: { $problem }
    }
    .hint = Expórtelo de nuevo como GeoJSON en WGS 84 (EPSG:4326), solo polígonos, de 1 MB como máximo
map-districts-not-json = no es JSON en UTF-8
map-districts-no-collection = no es una FeatureCollection de GeoJSON
map-districts-empty = no contiene nada
map-districts-too-many = tiene más de 2000 distritos o de 100 000 puntos
map-districts-no-polygon = no es un polígono
map-districts-not-closed = su contorno no termina donde empieza
map-districts-no-number = una coordenada no es un número
map-districts-not-wgs84 = sus coordenadas no son grados de longitud y latitud
map-points-far = están a kilómetros unos de otros
