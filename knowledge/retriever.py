"""The index as a LangChain retriever."""

from __future__ import annotations

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document as LangChainDocument
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict, Field

from knowledge.index import Index


class IndexRetriever(BaseRetriever):
    """Passages as LangChain documents: the text as content, all fields of the passage and the score as metadata."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    index: Index
    k: int = Field(10, ge=1)

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun
    ) -> list[LangChainDocument]:
        return [
            LangChainDocument(
                id=hit.passage.id,
                page_content=hit.passage.text,
                metadata=hit.passage.model_dump(mode="json") | {"score": hit.score},
            )
            for hit in self.index.search(query, k=self.k)
        ]
