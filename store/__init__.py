"""The shop's memory: tables, migrations, one module of queries per aggregate, importers and the demo store."""
