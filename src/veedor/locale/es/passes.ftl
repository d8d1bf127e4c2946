error-pass-refused = El otro sitio no acepta este pedido: { $reason ->
        [unpinned] no conoce la llave de su entidad
        [identity-signature] la firma de su entidad no es la que conoce
        [identity-expired] su sesión ya venció allí
        [identity-future] el reloj de su entidad está adelantado
        [expired] el pedido llegó tarde
        [future] el reloj de aquí está adelantado
        [site] el pedido era para otro sitio
        [replay] ya había recibido este pedido
        [restart] acaba de arrancar
        [crowded] demasiados pedidos a la vez
        [approval-expired] la conformidad de la segunda persona venció: pida otra
        [approval-self] la segunda persona es la misma que pide
        [seal] lo que dice de una persona sellada no concuerda
        [seal-life] el sello dura más de lo permitido
        [seal-expired] venció el plazo del sello
        [seal-changed] los compromisos del sello no son los que vio primero
        [approval-agency] la segunda persona es de otra institución
       *[other] { $reason }
    }
    .hint = Pruebe otra vez en unos segundos. Si sigue igual, vuelva a iniciar sesión y haga revisar los relojes de ambos sitios y las llaves de las entidades
