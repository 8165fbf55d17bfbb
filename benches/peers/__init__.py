"""memscan beside other tools: the same corpus, the same queries, the same matches, in one run."""
