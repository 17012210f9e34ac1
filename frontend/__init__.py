"""Files behind the gateway: the browser's client, the API reference and the OpenAPI document."""
