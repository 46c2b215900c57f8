# Arrays, substitutions, recursion, subshells and here-documents of the shell.
# needs: bash (bash)
fibonacci() {
  if (($1 < 2)); then echo "$1"; else echo $(($(fibonacci $(($1 - 1))) + $(fibonacci $(($1 - 2))))); fi
}
fibonacci 12

declare -A squares
for ((i = 0; i < 20000; i++)); do squares[key$i]=$((i * i)); done
sum=0
for key in "${!squares[@]}"; do sum=$((sum + ${squares[$key]})); done
echo "${#squares[@]} $sum"

text=""
for ((i = 0; i < 2000; i++)); do text+="line $i of the text"$'\n'; done
echo "${#text} ${text//[aeiou]/}" | tail -n 3
mapfile -t lines <<<"$text"
echo "${#lines[@]} ${lines[1234]^^}"
printf '%s\n' {a..z}{0..9} | while read -r word; do echo "${word}"; done | wc -l
(exit 7) || echo "status $?"
ls /no/such/directory || echo "status $?"
