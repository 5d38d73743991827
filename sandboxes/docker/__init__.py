"""Programs in containers: warm guards that a Docker Engine keeps, and the image they run in."""
