"""The peer of bench/search.ts: Xapian (Debian's python3-xapian) on the same texts.

Reads JSON lines from standard input: {"text", "name", "at"} for a document, then {"query"} for each query. Writes one JSON line:
how long indexing took, each query's time, and the size of the database.
"""
import json
import os
import sys
import time

import xapian

path = sys.argv[1]
database = xapian.WritableDatabase(path, xapian.DB_CREATE_OR_OVERWRITE)
generator = xapian.TermGenerator()
flags = getattr(xapian.TermGenerator, "FLAG_CJK_NGRAM", 0)
generator.set_flags(flags)
count = 0
began = None
queries = []
spent = 0.0
for line in sys.stdin:
    one = json.loads(line)
    if "query" in one:
        queries.append(one["query"])
        continue
    start = time.perf_counter()
    document = xapian.Document()
    generator.set_document(document)
    if one["name"]:
        generator.index_text_without_positions(one["name"], 5)
    generator.index_text_without_positions(one["text"])
    document.set_data(one["text"])
    document.add_value(0, xapian.sortable_serialise(one["at"]))
    database.add_document(document)
    count += 1
    if count % 20000 == 0:
        database.commit()
    spent += time.perf_counter() - start
start = time.perf_counter()
database.commit()
spent += time.perf_counter() - start
database.close()

reading = xapian.Database(path)
parser = xapian.QueryParser()
parser.set_database(reading)
parser.set_default_op(xapian.Query.OP_AND)
parser.set_max_expansion(200, xapian.Query.WILDCARD_LIMIT_MOST_FREQUENT, xapian.QueryParser.FLAG_PARTIAL)
asked = xapian.QueryParser.FLAG_DEFAULT | xapian.QueryParser.FLAG_PARTIAL | getattr(xapian.QueryParser, "FLAG_CJK_NGRAM", 0)
times = []
for query in queries:
    start = time.perf_counter()
    enquire = xapian.Enquire(reading)
    enquire.set_query(parser.parse_query(query.replace('"', " "), asked))
    # Best first; the data of a first screen is read.
    found = [match.document.get_data() for match in enquire.get_mset(0, 30)]
    times.append((time.perf_counter() - start) * 1000)
size = sum(os.path.getsize(os.path.join(path, name)) for name in os.listdir(path))
print(json.dumps({"count": count, "seconds": spent, "times": times, "bytes": size}))
