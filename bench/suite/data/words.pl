# The workload perl: hashes of arrays, regular expressions, and strings that grow.
use strict;
use warnings;

my $sum = 0;
for my $round (1 .. 5) {
    my (%by_length, %count);
    my $text = join ' ', map { 'w' . ($_ * 7919 % 10007) . 'x' x ($_ % 30) } 1 .. 60000;
    while ($text =~ /(\w+)/g) {
        push @{ $by_length{ length $1 } }, { word => $1, at => pos $text };
        ++$count{$1};
    }
    for my $length (sort { $a <=> $b } keys %by_length) {
        my @words = sort { $a->{word} cmp $b->{word} } @{ $by_length{$length} };
        $sum += $words[0]{at} + @words;
    }
    my $line = '';
    $line .= "$_=$count{$_};" for sort keys %count;
    $line =~ s/(\d+)=/$1+/g;
    $sum += length $line;
}
print "$sum\n";
