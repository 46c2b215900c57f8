/* Accounts in C: the tree of names under which this process holds memory. Part of
 * strata/strata.h.
 *
 *   process                      strata_root_account
 *     server                     strata_account_create, limit 512 MiB
 *       sessions                 of a heap: strata_heap_account
 *       requests                 of an arena: strata_arena_account
 *
 * Every heap, arena and pool charges an account for the pages that it takes. An
 * account's usage includes that of all accounts below it.
 */
#ifndef STRATA_C_ACCOUNT_H
#define STRATA_C_ACCOUNT_H

#include <stddef.h>

#include <strata/c/declarations.h>

STRATA_C_BEGIN

/* An account is kept by whoever created, found or retained it, by the heap, arena or
 * pool that it belongs to, by the accounts below it, and by what is charged to it. */
typedef struct strata_account strata_account;

/* What a new account is made from. Zeros and NULLs stand for the defaults. */
typedef struct strata_account_options {
  const char* name;       /* copied; cut to 63 bytes between UTF-8 characters; NULL: "" */
  size_t limit;           /* of usage; 0: none */
  strata_account* parent; /* NULL: the root */
  size_t later[5];        /* 0 */
} strata_account_options;

/* Returns: a new account, kept by the caller; NULL (ENOMEM) when refused. `options`
 * may be NULL. */
strata_account* strata_account_create(const strata_account_options* options);

/* Returns: the account of the whole process. Never NULL, and never ends. */
strata_account* strata_root_account(void);

/* Returns: the first account of the walk with this path, such as
 *   "process/server/sessions", kept by the caller; NULL, errno left alone, when there
 *   is none. NULL (EINVAL) for a NULL path. */
strata_account* strata_account_find(const char* path);

/* Effects: the caller keeps the account as well, until it is released.
 * Returns: the account; NULL (EINVAL) for NULL. */
strata_account* strata_account_retain(strata_account* account);

/* Effects: ends one create, find or retain; NULL is ignored. */
void strata_account_release(strata_account* account);

/* Effects: adds `bytes` to the usage of the account and of all above it, or to none.
 *   Before a limit refuses, pressure handlers run.
 * Returns: 1; 0 (ENOMEM) when a limit refuses; 0 (EINVAL) for NULL. */
int strata_account_charge(strata_account* account, size_t bytes);

/* Effects: takes `bytes` back from the account and all above it; NULL is an error.
 *   More than was charged ends the program with a diagnosis. */
void strata_account_discharge(strata_account* account, size_t bytes);

/* Effects: binds charges that begin from now on; 0: no limit. A limit below usage takes
 *   nothing away, it refuses until usage has fallen.
 * Returns: 1, or 0 (EINVAL) for NULL. */
int strata_account_set_limit(strata_account* account, size_t bytes);

/* Returns: bytes charged here and below; 0 (EINVAL) for NULL. */
size_t strata_account_usage(const strata_account* account);

/* Returns: the limit; 0: none. 0 (EINVAL) for NULL. */
size_t strata_account_limit(const strata_account* account);

/* Returns: the account above, kept by this one; NULL, errno left alone, for the root.
 * NULL (EINVAL) for NULL. */
strata_account* strata_account_parent(const strata_account* account);

/* One account as a walk saw it. The texts are valid during the call only, the account
 * too, unless it is retained. Numbers are read one after the other while the program
 * runs. */
typedef struct strata_account_info {
  strata_account* account;
  const char* name;
  const char* path;  /* "process/server/sessions"; beyond 1023 bytes its end */
  size_t depth;      /* 0: the root */
  size_t usage;      /* bytes charged here and below */
  size_t peak;       /* the most so far, refused charges not counted */
  size_t limit;      /* 0: none */
  size_t charges;    /* made on this very account */
  size_t discharges; /* made on this very account */
  size_t refusals;   /* by this account's limit */
  size_t later[2];   /* 0 */
} strata_account_info;

/* Effects: fills `into`, but for the path, which is NULL; the name is valid as long as
 *   the account.
 * Returns: 1, or 0 (EINVAL) when either is NULL. */
int strata_account_get_info(const strata_account* account, strata_account_info* into);

/* Returns 0 to end the walk. May do anything. */
typedef int strata_account_visitor(void* context, const strata_account_info* info);

/* Effects: calls `visitor` for every account, parents before their children, siblings
 *   from the oldest to the youngest. Accounts that are created meanwhile are left out.
 * Returns: 1 when every account was visited, 0 when the visitor ended it, or (EINVAL)
 *   is NULL. */
int strata_accounts_walk(strata_account_visitor* visitor, void* context);

/* Gives memory back before a limit refuses. Gets how many bytes are missing, and
 * returns how many bytes about it gave back. Runs on the thread whose charge was
 * refused, perhaps on several at once, in the middle of their allocations: it must not
 * wait for a lock that a thread may hold while it allocates. It may allocate, charge
 * and discharge. */
typedef size_t strata_pressure_function(void* context, size_t bytes_wanted);

typedef struct strata_pressure_handler strata_pressure_handler;

/* Effects: from now on `run` is asked before a limit of the account refuses; handlers
 *   of one account in ascending `order`, then by age, until there is room.
 * Returns: the handler, which keeps the account; NULL (EINVAL, ENOMEM). */
strata_pressure_handler* strata_pressure_handler_create(strata_account* account,
                                                        strata_pressure_function* run,
                                                        void* context, int order);

/* Effects: removes the handler, after it has ended on all other threads; NULL is
 *   ignored. */
void strata_pressure_handler_destroy(strata_pressure_handler* handler);

STRATA_C_END

#endif
