"""Static files behind the gateway: the landing page, the API reference and the OpenAPI document."""
