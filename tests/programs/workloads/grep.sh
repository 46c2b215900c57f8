# Fixed strings, back references and Perl expressions over generated text.
# needs: grep (grep)
for ((i = 0; i < 60000; i++)); do echo "record $i value $((i * 7919 % 104729)) end"; done >text
grep -c 'value 1' text
grep -E 'value ([0-9])\1\1' text | sed -n 1,5p
grep -P '(?<=value )(\d+)5(?= end)' -o text | sort | md5sum
grep -n -i -A1 -B1 'RECORD 4242 ' text
seq 1 997 20000 | sed 's/.*/record & value/' >patterns
grep -F -f patterns text | wc -l
grep -v -c 7 text
mkdir tree && for i in {1..50}; do split -l 1200 --numeric-suffixes=10 text tree/"$i".; break; done
grep -r -l 'value 99' tree | sort | md5sum
grep 'no such text' text || echo "status $?"
grep '[' text || echo "status $?"
