// says: unknown
// A file that is wrong without its forbidden line: the judge must refuse it.
unknown mistake;
