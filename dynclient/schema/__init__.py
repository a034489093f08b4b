"""One schema by its pointer: what it says, whether an instance keeps to it, models and examples."""
