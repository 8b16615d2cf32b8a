# Runs a command and writes the wall, user and system seconds of the command and all its descendants to a file.
# usage: perl subreaper.pl FILE COMMAND [ARGUMENT]...
# bubblewrap exits before the init process of its namespace does, and the decoder's processor time would be
# lost with that process. So this process adopts orphans (PR_SET_CHILD_SUBREAPER) and waits for them.
use strict;
use warnings;
use Time::HiRes qw(time);

my $file = shift @ARGV;
my %prctl = (x86_64 => 157, aarch64 => 167);
my $machine = `uname -m`;
chomp $machine;
my $number = $^O eq 'linux' ? $prctl{$machine} : undef;
syscall($number, 36, 1, 0, 0, 0) if defined $number;

my @before = times;
my $start = time;
my $child = fork // die "fork: $!";
if ($child == 0) { exec { $ARGV[0] } @ARGV or die "$ARGV[0]: $!" }
my ($status, $wall) = (0, 0);
while ((my $gone = wait) != -1) {
  next if $gone != $child;
  ($status, $wall) = ($?, time - $start);
}
my @after = times;
open my $out, '>', $file or die "$file: $!";
printf $out "%.4f %.4f %.4f\n", $wall, $after[2] - $before[2], $after[3] - $before[3];
close $out;
exit($status & 127 ? 128 + ($status & 127) : $status >> 8);
