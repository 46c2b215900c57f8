# Prints a history for `git fast-import`: files of lines that change from commit to
# commit, so that packing it means looking for similar files.
function fill(f,    i, text) {
  text = ""
  for (i = 0; i < lines; ++i) text = text line[f, i] "\n"
  return text
}
BEGIN {
  files = 60
  lines = 150
  commits = 2000
  for (f = 0; f < files; ++f)
    for (i = 0; i < lines; ++i) line[f, i] = "line " i " of file " f " says " i * f * 7919 % 100003
  for (c = 1; c <= commits; ++c) {
    print "commit refs/heads/main"
    printf "committer A <a@example.org> %d +0000\ndata 8\ncommit %d\n", 1000000000 + c, c % 10
    for (k = 0; k < 3; ++k) {
      seed = (seed * 1103 + 12345) % 1000003
      f = seed % files
      line[f, seed % lines] = "changed by commit " c " to " seed
      text = fill(f)
      printf "M 100644 inline folder%d/file%d\ndata %d\n%s\n", f % 7, f, length(text), text
    }
  }
}
