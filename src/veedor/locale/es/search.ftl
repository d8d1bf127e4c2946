# Búsquedas de recorridos.

search-unknown-name = no existe esa clase o ese color
search-no-area = el área debe ser un polígono GeoJSON cerrado, en grados
search-not-possible = eso no se puede buscar: solo autos, buses y camiones tienen color, y una zona tiene de 3 a 64 esquinas dentro de la imagen
search-late = no contestó a tiempo
