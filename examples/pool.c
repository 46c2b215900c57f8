/* Blocks of one size: the nodes of a search tree. */
#include <stdio.h>

#include <strata/strata.h>

struct node {
  struct node* below[2];
  int key;
};

static struct node* insert(strata_pool* pool, struct node** root, int key) {
  while (*root != NULL) root = &(*root)->below[key > (*root)->key];
  *root = strata_pool_allocate(pool);
  if (*root != NULL) **root = (struct node){{NULL, NULL}, key};
  return *root;
}

static void print(const struct node* node) {
  if (node == NULL) return;
  print(node->below[0]);
  printf("%d ", node->key);
  print(node->below[1]);
}

int main(void) {
  const strata_pool_options options = {.name = "nodes", .size = sizeof(struct node)};
  strata_pool* const pool = strata_pool_create(&options);
  if (pool == NULL) return 1;

  struct node* root = NULL;
  for (int i = 0; i < 20; ++i) {
    if (insert(pool, &root, i * 7 % 20) == NULL) return 1;
  }
  print(root);

  strata_pool_statistics now;
  if (strata_pool_get_statistics(pool, &now) == 0) return 1;
  printf("in %zu blocks of %zu\n", now.in_use, now.capacity);
  strata_pool_destroy(pool); /* with all its nodes */
  return 0;
}
