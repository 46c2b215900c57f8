// says: copy of an owner
// A file that fails for another reason than it says: the judge must refuse it.
#ifdef STRATA_FORBIDDEN
unknown mistake;
#endif
