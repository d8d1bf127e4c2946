place-said = Posición dicha por la cámara, confírmela: { $latitude }, { $longitude }
place-use = Usar esta
place-taken = La cámara dice estar aquí. Confírmelo en el mapa: muchas traen el lugar de quien las instaló.
