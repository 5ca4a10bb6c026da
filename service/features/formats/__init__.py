"""Features as files: a module for each format; `formats.py` names all, `content.py` tells what goes in."""
