#!/usr/bin/perl
# A decoder that an attacker has taken over. It tries harmful actions one after the other and prints for each
# whether it succeeded. The arguments (name=value) describe the world outside: paths, process numbers, ports,
# and the numbers of system calls (nr_NAME=NUMBER).
use strict;
use warnings;
use Errno;
use Fcntl;

$| = 1;
$SIG{ALRM} = sub { die "took too long\n" };
my %know = map { /^(\w+)=(.*)$/s ? ($1, $2) : () } @ARGV;
my $work = $know{work};

sub attempt {
  my ($name, $action) = @_;
  return if $know{only} && $name !~ /$know{only}/;
  $! = 0;
  alarm 5;
  my $did = eval { $action->() };
  my ($errno, $died) = ($! + 0, $@);
  alarm 0;
  print "$name\t", ($did ? "succeeded" : "refused"), "\t$errno\n";
}

# Makes a system call by its name; true when it did not fail.
sub call {
  my ($name, @arguments) = @_;
  my $number = $know{"nr_$name"};
  die "no number for $name\n" unless defined $number;
  my $result = syscall($number + 0, @arguments);
  return defined $result && $result != -1;
}

sub can_open { my ($path, $flags) = @_; return sysopen(my $file, $path, $flags, 0600); }
sub can_read {
  my ($path) = @_;
  sysopen(my $file, $path, O_RDONLY) or return 0;
  my $read = sysread($file, my $bytes, 1);
  return defined $read && $read > 0;
}
sub can_list { my ($path) = @_; opendir(my $folder, $path) or return 0; my @all = grep { !/^\.\.?$/ } readdir $folder; return @all > 0; }

# Other files.
for my $name (qw(secret database other_job passwd shadow)) {
  attempt("read $name", sub { can_read($know{$name}) }) if $know{$name};
  attempt("write $name", sub { can_open($know{$name}, O_WRONLY | O_APPEND) }) if $know{$name};
  attempt("read $name by pid 1's root", sub { can_read("/proc/1/root$know{$name}") }) if $know{$name};
  attempt("read $name by a way up", sub { can_read("$work/../../../../../../../..$know{$name}") }) if $know{$name};
}
attempt("list $_", sub { can_list($_) }) for qw(/root /home /var/lib /sys /etc/ssh /boot /mnt /srv /run);
attempt("write beside the work folder", sub { can_open("$work/../beside", O_WRONLY | O_CREAT) });
attempt("write to $_", sub { can_open("$_/written", O_WRONLY | O_CREAT) })
  for qw(/ /usr /usr/bin /etc /dev /dev/shm /proc /proc/self /lib /opt /run);
attempt("write its input", sub { can_open($know{input}, O_WRONLY | O_APPEND) });
attempt("chmod its input", sub { chmod 0666, $know{input} });
attempt("rename its input", sub { rename $know{input}, "$know{input}.gone" });
attempt("remove its input", sub { unlink $know{input} });
attempt("open device $_", sub { can_open($_, O_RDWR) })
  for qw(/dev/mem /dev/kmem /dev/kmsg /dev/sda /dev/vda /dev/nvme0n1 /dev/fuse /dev/kvm /dev/loop0 /dev/net/tun /dev/console);
attempt("set the kernel's $_", sub { can_open("/proc/sys/$_", O_WRONLY) })
  for qw(kernel/core_pattern kernel/modprobe kernel/hostname fs/binfmt_misc/register vm/overcommit_memory net/ipv4/ip_forward);
attempt("press the kernel's sysrq", sub { can_open("/proc/sysrq-trigger", O_WRONLY) });
attempt("read the kernel's $_", sub { can_read("/proc/$_") })
  for qw(kcore kmsg kpagecount slabinfo timer_list vmallocinfo pagetypeinfo sys/kernel/core_pattern sys/vm/mmap_rnd_bits);
attempt("read the kernel's addresses", sub { open(my $file, "<", "/proc/kallsyms") or return 0; grep { !/^0+ / } map { scalar <$file> } 1 .. 100 });
attempt("write uevent_helper", sub { can_open("/sys/kernel/uevent_helper", O_WRONLY) });

# Links and other files that would mislead a process that reads the work folder afterwards.
attempt("link symbolically", sub { symlink "/etc/passwd", "$work/link" });
attempt("link", sub { link $know{input}, "$work/hard" });
attempt("make a pipe", sub { call("mknod", "$work/pipe", 0010600, 0) });
attempt("make a device", sub { call("mknod", "$work/device", 0060600, (8 << 8)) });
attempt("make a file without a name", sub { can_open($work, O_WRONLY | 020200000) });
attempt("remove an open file", sub { open(my $file, ">", "$work/open") or die; unlink "$work/open" });

# The network.
my %families = (unix => 1, inet => 2, netlink => 16, packet => 17, inet6 => 10, alg => 38, vsock => 40, bluetooth => 31);
for my $name (sort keys %families) {
  attempt("socket $name $_", sub { call("socket", $families{$name}, $_, 0) }) for (1, 2, 3);
}
attempt("socketpair inet", sub { my $two = "\0" x 8; call("socketpair", 2, 1, 0, $two) });
attempt("call the port", sub {
  require Socket;
  socket(my $socket, Socket::PF_INET(), Socket::SOCK_STREAM(), 0) or return 0;
  connect($socket, Socket::pack_sockaddr_in($know{port}, Socket::inet_aton("127.0.0.1")));
});
attempt("call the abstract socket", sub {
  require Socket;
  socket(my $socket, Socket::PF_UNIX(), Socket::SOCK_STREAM(), 0) or return 0;
  connect($socket, pack("Sa*", 1, "\0$know{abstract}"));
});

# Other processes.
attempt("signal process $_", sub { kill 0, $know{$_} }) for qw(service sentinel);
attempt("kill process $_", sub { kill "TERM", $know{$_} }) for qw(service sentinel);
attempt("read the service's environment", sub { can_read("/proc/$know{service}/environ") });
attempt("read the sentinel's environment", sub { can_read("/proc/$know{sentinel}/environ") });
attempt("write the memory of process $_", sub { can_open("/proc/$_/mem", O_RDWR) }) for (1, $know{service}, $know{sentinel});
attempt("write its own memory past the page tables", sub { can_open("/proc/self/mem", O_RDWR) });
attempt("attach to process $_", sub { call("ptrace", 16, $_, 0, 0) }) for (1, $know{sentinel});
attempt("be traced", sub { call("ptrace", 0, 0, 0, 0) });
attempt("read another's memory", sub { my $vector = "\0" x 16; call("process_vm_readv", 1, $vector, 1, $vector, 1, 0) });
attempt("take a descriptor", sub { call("pidfd_getfd", 0, 0, 0) });
attempt("fork", sub { my $pid = fork; exit 0 if defined $pid && $pid == 0; defined $pid });
attempt("vfork", sub { call("vfork") }) if defined $know{nr_vfork};
attempt("become root", sub { require POSIX; POSIX::setuid(0) });
attempt("become root's group", sub { require POSIX; POSIX::setgid(0) });
attempt("raise its limits", sub { my $limit = pack("QQ", -1, -1); call("prlimit64", 0, 1, $limit, 0) });

# Shared memory and keys.
attempt("share memory", sub { call("shmget", 4242, 4096, 01666) });
attempt("share a semaphore", sub { call("semget", 4242, 1, 01666) });
attempt("share messages", sub { call("msgget", 4242, 01666) });
attempt("share a message queue", sub { call("mq_open", "queue", O_RDWR | O_CREAT, 0600, 0) });
attempt("make memory outside its limit", sub { call("memfd_create", "memory", 0) });
attempt("add a key", sub { call("add_key", "user", "name", "bytes", 5, -3) });
attempt("look into the keyring", sub { call("keyctl", 0, -3, 1) });
attempt("ask for a key", sub { call("request_key", "user", "name", 0, -3) });

# Rarely used parts of the kernel.
my $zeros = "\0" x 256;
attempt("unshare $_", sub { call("unshare", hex $_) }) for qw(10000000 20000 40000000 20000000 8000000);
attempt("clone into a namespace", sub { call("clone", 0x10000011, 0, 0, 0, 0) });
attempt("clone3", sub { call("clone3", $zeros, 64) });
attempt("enter a namespace", sub { call("setns", 0, 0) });
attempt("mount", sub { call("mount", "none", "/tmp", "tmpfs", 0, 0) });
attempt("unmount", sub { call("umount2", "/proc", 2) });
attempt("mount anew", sub { call("fsopen", "tmpfs", 0) });
attempt("take a tree", sub { call("open_tree", -100, "/", 1) });
attempt("change the root", sub { call("chroot", "/tmp") });
attempt("pivot the root", sub { call("pivot_root", ".", ".") });
attempt("load a program into the kernel", sub { call("bpf", 0, $zeros, 72) });
attempt("handle page faults", sub { call("userfaultfd", 0) });
attempt("make a ring", sub { call("io_uring_setup", 1, $zeros) });
attempt("watch events", sub { call("perf_event_open", $zeros, 0, -1, -1, 0) });
attempt("load a module", sub { call("finit_module", 0, "", 0) });
attempt("load a kernel", sub { call("kexec_load", 0, 0, 0, 0) });
attempt("read the kernel's log", sub { my $log = "\0" x 4096; call("syslog", 3, $log, 4096) });
attempt("open by handle", sub { call("open_by_handle_at", -100, $zeros, 0) });
attempt("ask for a handle", sub { my $id = "\0" x 8; my $handle = pack("II", 128, 0) . $zeros; call("name_to_handle_at", -100, "/usr", $handle, $id, 0) });
attempt("change its personality", sub { call("personality", 0x0040000) });
attempt("set the host's name", sub { call("sethostname", "taken", 5) });
attempt("set the clock", sub { my $time = pack("qq", 0, 0); call("clock_settime", 0, $time) });
attempt("swap", sub { call("swapoff", "/swap") });
attempt("account", sub { call("acct", 0) });
attempt("restart the machine", sub { call("reboot", 1, 2, 3, 0) }); # wrong words: never meant
attempt("type into the terminal $_", sub { my $key = "x"; call("ioctl", $_, 0x5412, $key) }) for (0, 1, 2);
attempt("open the terminal", sub { can_open("/dev/tty", O_RDWR) });
attempt("call past the last call", sub { call("unknown") });

print "descriptor\t$_\t", readlink("/proc/self/fd/$_") // "", "\n" for grep { readlink("/proc/self/fd/$_") } 0 .. 300;
print "environment\t$_\t\n" for sort keys %ENV;
print "end\t\t\n";
