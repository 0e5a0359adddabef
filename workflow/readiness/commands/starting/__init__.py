"""Beginnings: a project for another office, a wave in one."""
