# Hashes, sorting, regular expressions, string building, closures, fork.
# needs: perl (perl)
cat >work.pl <<'END'
use strict; use warnings;
use Digest::MD5 qw(md5_hex);
use Storable qw(dclone freeze thaw);
my %h; my $seed = 1;
sub next_number { $seed = ($seed * 1103515245 + 12345) % 2147483648; return $seed; }
for my $i (0 .. 150000) { my $k = "k" . (next_number() % 9973); push @{$h{$k}}, $i if $i % 3; $h{$k} ||= []; }
print scalar(keys %h), " ", md5_hex(join ",", map { "$_=" . scalar @{$h{$_}} } sort keys %h), "\n";
my $copy = thaw(freeze(dclone(\%h)));
print md5_hex(join ",", map { @{$copy->{$_}} } sort keys %$copy), "\n";
my $text = join " ", map { "word$_" x ($_ % 5) } 1 .. 20000;
my %count; $count{length $1}++ while $text =~ /(\w+)/g;
print join(" ", map { "$_:$count{$_}" } sort { $a <=> $b } keys %count), "\n";
(my $swapped = $text) =~ s/(\d+)(\w)/$2$1/g; print md5_hex($swapped), "\n";
my @closures = map { my $n = $_; sub { $n += shift; $n } } 1 .. 5000;
my $sum = 0; $sum += $_->(2) for @closures; print "$sum\n";
my $nested = []; my $p = $nested; for (1 .. 50000) { $p->[0] = []; $p = $p->[0]; } undef $nested;
for my $child (1 .. 5) { my $pid = fork; if (!$pid) { my @a = map { $_ x 100 } 1 .. 1000; exit(@a == 1000 ? $child : 99); } waitpid $pid, 0; print $? >> 8, "\n"; }
eval { die { code => 42 } }; print $@->{code}, "\n";
warn "to stderr\n"; exit 5;
END
perl work.pl || echo "status $?"
perl -e 'print reverse <>' "$0" | md5sum
perl -c -e 'my $x = (' || echo "status $?"
