// says: error
// A file whose forbidden line is none: the judge must refuse it.
#ifdef STRATA_FORBIDDEN
int harmless();
#endif
