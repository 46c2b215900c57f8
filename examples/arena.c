/* Lines of a text, split into words: an arena holds them, a checkpoint ends each
 * line's words before the next one. */
#include <stdio.h>
#include <string.h>

#include <strata/strata.h>

struct word {
  const struct word* next;
  const char* text;
};

static const char* copy(strata_arena* arena, const char* from, size_t length) {
  char* text = strata_arena_allocate(arena, length + 1);
  if (text == NULL) return NULL;
  memcpy(text, from, length);
  text[length] = '\0';
  return text;
}

/* The last word first; NULL when there is none, or no memory. */
static const struct word* split(strata_arena* arena, const char* line) {
  const struct word* found = NULL;
  for (;;) {
    line += strspn(line, " ");
    const size_t length = strcspn(line, " ");
    if (length == 0) return found;
    struct word* added = strata_arena_allocate(arena, sizeof(struct word));
    if (added == NULL) return NULL;
    added->next = found;
    added->text = copy(arena, line, length);
    if (added->text == NULL) return NULL;
    found = added;
    line += length;
  }
}

int main(void) {
  static const char* const lines[] = {"one arena", "", "many blocks, one end"};
  const strata_arena_options options = {.name = "lines", .limit = 1u << 20};
  strata_arena* arena = strata_arena_create(&options);
  if (arena == NULL) return 1;

  const strata_arena_checkpoint line_start = strata_arena_open_checkpoint(arena);
  for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); ++i) {
    for (const struct word* word = split(arena, lines[i]); word != NULL; word = word->next) {
      printf("%s ", word->text);
    }
    puts("");
    strata_arena_rewind(arena, line_start);
  }

  strata_arena_statistics now;
  if (strata_arena_get_statistics(arena, &now) == 0) return 1;
  printf("%zu of %zu bytes in use, %zu at most\n", now.allocated, now.reserved, now.peak);

  /* Beyond the limit the arena refuses, and says so. */
  if (strata_arena_allocate(arena, 2u << 20) != NULL) return 1;
  puts(strata_last_error());
  strata_arena_destroy(arena);
  return 0;
}
