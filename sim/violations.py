"""Independent check."""
def violations(world, made, begin): return ()
