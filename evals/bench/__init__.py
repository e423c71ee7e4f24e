"""The benchmark: how fast and how large quliu is, beside plain RAG and the least that any search must do."""
