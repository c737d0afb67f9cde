"""The players that there are cases of, and what their presets make of them."""
