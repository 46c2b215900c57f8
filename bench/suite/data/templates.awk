# Prints a large C++ file for the workloads gcc and clang: many headers of the
# library, and their templates with types that nobody else has.
#
#   awk -v types=COUNT -f templates.awk
BEGIN {
  split("algorithm functional iostream map memory optional regex set string tuple " \
        "unordered_map utility variant vector", headers, " ")
  for (i in headers) printf "#include <%s>\n", headers[i]
  for (i = 0; i < types; ++i) {
    printf "struct type%d {\n  std::string name; int number; std::vector<double> values;\n", i
    printf "  auto operator<(const type%d& o) const { return number < o.number; }\n};\n", i
    printf "int use%d(int n) {\n  std::map<int, std::variant<int, type%d>> by_number;\n", i, i
    printf "  std::vector<std::optional<type%d>> all(n);\n  std::set<type%d> sorted;\n", i, i
    print "  for (auto& each : all) {"
    printf "    each = type%d{\"name\", n, {1.0, %d.0}};\n", i, i
    print "    by_number.emplace(n++, *each);\n    sorted.insert(*each);\n  }"
    printf "  std::sort(all.begin(), all.end(), [](auto& a, auto& b) { return *a < *b; });\n"
    printf "  std::function<int(type%d)> f = [&](const type%d& t) { return t.number + n; };\n", i, i
    print "  return f(*sorted.begin()) + int(by_number.size());\n}"
  }
}
