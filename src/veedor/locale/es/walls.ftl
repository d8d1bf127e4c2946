error-walls-changed = { $who } cambió o borró el mural «{ $name }» mientras tanto
    .hint = Cargue de nuevo el mural y repita su cambio, o guárdelo con otro nombre
error-walls-too-many = Ya tiene { $limit } murales guardados
    .hint = Borre alguno que no use
