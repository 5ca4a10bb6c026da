"""Profiles (交付方案): shipped mappings, how one is chosen, guessed and previewed."""
