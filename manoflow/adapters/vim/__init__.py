"""VIM drivers, each found by its module's name and loaded when first needed."""
