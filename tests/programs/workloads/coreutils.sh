# sort, cp, ls, checksums, tac, shuf, join and friends on 200 000 lines.
# needs: sort (coreutils)
# needs: ls (coreutils)
# needs: shuf (coreutils)
# mask: \b\d\d:\d\d\b
seq 1 200000 >numbers
for ((i = 0; i < 60000; i++)); do echo "0123456789abcdef"; done >random_source
shuf --random-source=random_source numbers >shuffled
md5sum numbers shuffled
sort -n shuffled | cmp - numbers
sort --parallel=4 -S 1M -r shuffled | sha256sum
tac numbers | sed -n 1,5p
mkdir -p tree/{a,b,c}/{1..40}
for directory in tree/*/*; do echo "$directory" >"$directory/name"; done
cp -r tree copy
touch -d '2001-02-03 04:05' copy copy/* copy/*/* copy/*/*/*
ls -lR --time-style=+%Y copy | sha256sum
ls -lR copy | wc
diff -r tree copy && echo "copied"
find copy -name name -print0 | sort -z | xargs -0 cat | md5sum
cut -c1-3 shuffled | sort | uniq -c | sort -k1,1nr -k2,2n | sed -n 1,5p
sort numbers >left
sort shuffled | awk 'NR % 3 == 0' >right
join left right | wc -l
comm -23 left right | wc -l
split -l 1000 shuffled part. && cat part.* | cmp - shuffled
tr 0-9 a-j <shuffled | fold -w 40 | expand | nl | tail -n 2
factor 1234567890123456789012345678901
numfmt --to=iec 123456789
sort /no/such/file || echo "status $?"
