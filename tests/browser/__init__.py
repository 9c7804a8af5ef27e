"""The HTML page in headless Chromium; skipped, and said so, where there is none."""
