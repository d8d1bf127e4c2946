# Los convenios como frases: las mismas palabras que la pantalla de convenios de la consola.

sharing-state-draft = Borrador
sharing-state-signed_by_one = Firmado por una parte
sharing-state-scheduled = Firmado; aún no empieza
sharing-state-active = Vigente
sharing-state-expired = Vencido
sharing-state-revoked = Revocado
sharing-state-refused = Denegado
sharing-waits-signature = Espera su firma
sharing-waits-review = Por revisar
sharing-sentence-convenio = { $grantee } puede { $rights } { $cameras } de { $owner }{ $also }, { $hours }, para { $purposes }, hasta el { $until }
sharing-sentence-request = { $grantee } pide { $rights } { $cameras } de { $owner }{ $also }, { $span }, para { $purposes }
sharing-sentence-emergency = { $grantee } tomó por emergencia el acceso para { $rights } { $cameras } de { $owner }{ $also }, hasta las { $clock }
sharing-span = el { $day } de { $from } a { $to }
sharing-may-live = ver en vivo
sharing-may-playback = reproducir
sharing-may-ptz = mover
sharing-of-search = buscar en
sharing-of-alerts = recibir alertas de
sharing-of-evidence = reservar evidencias de
sharing-their-search = buscar en ellas
sharing-their-alerts = recibir sus alertas
sharing-their-evidence = reservar sus evidencias
sharing-also = y { $deeds }
sharing-cameras-all = todas las cámaras
sharing-cameras-area = las cámaras de un área
sharing-cameras-tag = las cámaras «{ $tag }»
sharing-cameras-none = ninguna cámara
sharing-cameras-count =
    { $count ->
        [one] una cámara
       *[other] { $count } cámaras
    }
sharing-cameras-named =
    { $count ->
        [one] la cámara { $names }
       *[other] las cámaras { $names }
    }
sharing-every-day = todos los días
sharing-days-span = { $first } a { $last }
sharing-hours-any = a toda hora
sharing-hours-never = a ninguna hora
sharing-hours-window = { $days } de { $from } a { $to }
sharing-condition-case_number = pide número de caso
sharing-condition-this-case = solo para el caso { $number }
sharing-condition-two_person = pide que una segunda persona apruebe
sharing-condition-unknown = pide «{ $name }», que esta versión no conoce: no abre nada
sharing-said-sign = firmó
sharing-said-revoke = revocó
sharing-said-review = revisó
sharing-purpose-emergency = emergencia
