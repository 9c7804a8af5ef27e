"""Pages made from a scorecard: console, HTML, Excel."""
