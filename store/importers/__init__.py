"""CSV in: files are read row by row, staged by COPY, checked, and merged in one transaction, or not at all.

    reader (lines -> rows of text) -> rows (text -> typed values) -> staging (COPY) -> kinds/<kind> (checks, merge)

`store.importers.run.import_file` is the one way in; the formats are documented in `data/README.md`."""
