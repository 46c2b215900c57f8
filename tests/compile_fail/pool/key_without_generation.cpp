// says: the index of a key has 1 to 32 bits
// A key whose index takes all bits could not be told from its successors.
#include <strata/pool/key.hpp>

strata::key<int, 32, 31> narrow;
#ifdef STRATA_FORBIDDEN
strata::key<int, 32, 32> without;
#endif
