# Compiles 400 generated C functions at two levels and compares the assembly.
# needs: gcc (gcc)
# needs: as (binutils)
for ((i = 0; i < 400; i++)); do
  cat <<END
int f$i(const int *a, int n) {
  int s = $i;
  for (int k = 0; k < n; ++k) {
    if (a[k] % $((i % 9 + 2)) == 0) s += a[k] * $((i * 3 + 1)); else s ^= a[k] << $((i % 5));
    switch (s & 7) { case 1: s += k; break; case 3: s -= $i; break; case 5: s *= 3; break; default: s ^= 1; }
  }
  return s;
}
END
done >functions.c
gcc -Wall -Wextra -O2 -S functions.c -o optimised.s
gcc -Wall -O0 -g -S functions.c -o plain.s
md5sum optimised.s plain.s
gcc -c optimised.s -o optimised.o
{
  echo '#include <stdio.h>'
  echo 'int f7(const int*, int); int f399(const int*, int);'
  echo 'int main(void) { int a[] = {1, 6, 9, 30}; printf("%d %d\n", f7(a, 4), f399(a, 4)); }'
} >main.c
gcc -O1 -flto main.c optimised.o -o program
./program
echo 'int broken( { return missing; }' >broken.c
gcc -c broken.c || echo "status $?"
