place-said = Posición dicha por la cámara, confírmela: { $latitude }, { $longitude }
place-use = Usar esta
place-taken = Posición dicha por la cámara, confírmela: muchas traen el lugar de quien las instaló.
