"""Alert to incident to evidence, and what people do. `app.create_app` puts the rooms together."""
