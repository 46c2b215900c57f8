// A document whose nodes share styles and know their parents: children and styles by
// counted references, parents by weak ones, so that a subtree ends with its last owner.
#include <strata/object/object_heap.hpp>
#include <strata/object/weak_ref.hpp>

#include <cstdio>
#include <utility>

namespace {

struct style {
  const char* font;
};

struct node {
  static constexpr const char* object_name = "node";  // in reports
  const char* text;
  strata::ref<style> look;
  strata::weak_ref<node> parent;
  strata::ref<strata::object_array<strata::ref<node>>> children;
};

using heap_type = strata::object_heap<>;

strata::ref<node> make_node(heap_type& heap, const char* text, strata::ref<style> look) {
  auto children = heap.make_array<strata::ref<node>>(3);
  return heap.make<node>(text, std::move(look), strata::weak_ref<node>(), std::move(children));
}

}  // namespace

int main() {
  heap_type heap({.name = "document", .limit = 64 << 20});
  const auto plain = heap.make<style>("serif");

  auto root = make_node(heap, "root", plain);
  for (auto& child : *root->children) {
    child = make_node(heap, "paragraph", plain);
    child->parent = root;
  }
  std::printf("%zu references to the style\n", plain.use_count());

  const auto kept = (*root->children)[1];
  root.reset();  // two of its children end with it
  std::printf("the parent of what was kept %s\n", kept->parent.expired() ? "is gone" : "lives");
  for (const auto& [type, objects, bytes] : heap.types()) {
    std::printf("%zu of %s, %zu bytes\n", objects, type->name, bytes);
  }
}
