"""The pages: HTML, Excel, text."""
