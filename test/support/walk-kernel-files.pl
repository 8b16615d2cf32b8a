#!/usr/bin/perl
# Walks all of /proc and /sys and prints each file that can be opened for writing. It opens and writes
# nothing. With an argument it leaves out a process's own entries, because those change that process alone.
use strict;
use warnings;
use Fcntl;

my $seen = 0;
my @folders = grep { -d $_ } ("/proc", "/sys");
while (defined(my $folder = shift @folders)) {
  next if $ARGV[0] && $folder =~ m{^/proc/(?:$$|self|thread-self)$};
  # The threads of another process have the same files as the process itself.
  next if $folder =~ m{/task$};
  opendir(my $entries, $folder) or next;
  for my $name (grep { !/^\.\.?$/ } readdir $entries) {
    my $path = "$folder/$name";
    next if -l $path;
    if (-d _) { push @folders, $path; next; }
    next unless -f _;
    $seen += 1;
    print "$path\n" if sysopen(my $file, $path, O_WRONLY | O_NONBLOCK);
  }
}
print "seen $seen\n";
