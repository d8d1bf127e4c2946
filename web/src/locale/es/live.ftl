live-connecting = Conectando…
live-stale = Sin imagen nueva hace { $age }
live-none = Sin imagen hace { $age }
live-unsupported = Este navegador no reproduce el video de esta cámara (H.265)
live-substream = Flujo secundario: este navegador no reproduce H.265
