"""Ground of all rooms: errors, messages, safe files, tables, text and number formats."""
