"""What results hold beside what a config asks for: reads both; runs and imports nobody's code."""
