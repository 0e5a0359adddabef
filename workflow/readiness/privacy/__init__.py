"""Personal data: detect them, set them apart, replace identifiers by pseudonyms."""
