"""Dataset versions: DVC pointers, their register, and the bytes themselves."""
