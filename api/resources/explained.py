"""The decision for a call, by the code that routes."""

from typing import Final

from api.documents.explained import ExplainWanted, ExplanationDocument, explanation_document
from api.documents.plain import Nothing
from api.rights import Right
from api.route import AnyRoute, Asked, Route


async def explain_call(asked: Asked[ExplainWanted, Nothing]) -> ExplanationDocument:
    """What would happen with such a call."""
    query = asked.query
    explanation = await asked.sources.explain(query.number, dialled=query.dialled, trunk=query.trunk, at=query.at)
    return explanation_document(explanation.document())


ROUTES: Final[tuple[AnyRoute, ...]] = (
    Route(
        name="explain_call",
        method="GET",
        path="/explain",
        summary="The whole decision for a call from this number, with its reasons",
        tag="explain",
        right=Right.LOOK,
        handle=explain_call,
        answer=ExplanationDocument,
        query=ExplainWanted,
        body=Nothing,
    ),
)
