-- Only facts.
Fact.given()
return reply({})
