SwaggerUIBundle({
  url: "v1/openapi.json", // relative to the page, which may be below a path prefix,
  dom_id: "#reference",
  deepLinking: true,
  displayRequestDuration: true,
  validatorUrl: null, // the badge would send the document to a third party
});
