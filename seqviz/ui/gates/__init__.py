"""The rooms of /gates: models, one run of one of them, what the browser draws of it."""
