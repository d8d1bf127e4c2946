# Searches over tracks.

search-unknown-name = there is no such class or colour
search-no-area = the area must be a closed GeoJSON polygon, in degrees
search-not-possible = that cannot be looked for: only cars, buses and lorries have a colour, and a zone has 3 to 64 corners within the picture
search-late = it did not answer in time
