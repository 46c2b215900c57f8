// says: (could not convert|no viable conversion|conversion from)
// A handle of const T never becomes one of T.
#include <strata/pool/shared_handle.hpp>

strata::shared_handle<const int> read_only(const strata::shared_handle<int>& from) { return from; }
#ifdef STRATA_FORBIDDEN
strata::shared_handle<int> writable(const strata::shared_handle<const int>& from) { return from; }
#endif
