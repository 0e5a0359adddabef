"""Dataset versions: their register, their DVC pointers, and the bytes."""
