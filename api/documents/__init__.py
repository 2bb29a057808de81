"""What goes in and out of the API as JSON, as pydantic models: they check, they serialise, and they are the OpenAPI schemas."""
