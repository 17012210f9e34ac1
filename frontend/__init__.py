"""The page server: serves the browser client, the API reference and the OpenAPI document."""
