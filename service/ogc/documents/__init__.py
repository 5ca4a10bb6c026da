"""The documents that lead to the data: entrance, collections, schemas, OpenAPI, links."""
