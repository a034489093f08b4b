"""The pytest plugin: nothing is active unless asked for."""
