"""Stateless widgets. They are given variables to show and know nothing of where these come from."""
