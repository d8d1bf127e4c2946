error-map-districts = { $number ->
        [0] The file of districts cannot be used: { $problem }
       *[other] The file of districts cannot be used: feature { $number }: { $problem }
    }
    .hint = Export it again as GeoJSON in WGS 84 (EPSG:4326), polygons only, at most 1 MB
map-districts-not-json = it is not JSON in UTF-8
map-districts-no-collection = it is not a GeoJSON FeatureCollection
map-districts-empty = there is nothing in it
map-districts-too-many = it has more than 2,000 districts or 100,000 points
map-districts-no-polygon = it is not a polygon
map-districts-not-closed = its outline does not end where it begins
map-districts-no-number = a coordinate is not a number
map-districts-not-wgs84 = its coordinates are not degrees of longitude and latitude
map-points-far = they are kilometres apart
