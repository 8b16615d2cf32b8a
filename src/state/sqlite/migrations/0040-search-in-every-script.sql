-- What is searched is cut and folded in src/search, the same for what is indexed and what is asked. The
-- tokenizer only separates: at every ASCII character that is no letter and no digit.
-- compounds: the parts of what hyphens join, COVID-19.
-- What was indexed is indexed anew, in pieces, before the catalog is used (src/state/sqlite/search/reindex.ts).
CREATE TABLE search_waiting (media_id INTEGER PRIMARY KEY) STRICT;
INSERT INTO search_waiting SELECT rowid FROM search;
DROP TABLE search;
CREATE VIRTUAL TABLE search USING fts5(name, labels, transcript, compounds, tokenize = "ascii");
