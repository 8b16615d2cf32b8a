/** The architectures whose system calls are known here. */
export type Architecture = "x64" | "arm64";

/** A system call's number on each architecture. Absent: that one has no such call. */
export type SystemCall = Readonly<Partial<Record<Architecture, number>>>;

/**
 * What no decoder needs, by what it would be good for. Numbers are the kernel's own tables':
 * arch/x86/entry/syscalls/syscall_64.tbl and include/uapi/asm-generic/unistd.h.
 */
export const refusedCalls = {
  // mounts
  mount: { x64: 165, arm64: 40 },
  umount2: { x64: 166, arm64: 39 },
  pivot_root: { x64: 155, arm64: 41 },
  chroot: { x64: 161, arm64: 51 },
  move_mount: { x64: 429, arm64: 429 },
  open_tree: { x64: 428, arm64: 428 },
  fsopen: { x64: 430, arm64: 430 },
  fsconfig: { x64: 431, arm64: 431 },
  fsmount: { x64: 432, arm64: 432 },
  fspick: { x64: 433, arm64: 433 },
  mount_setattr: { x64: 442, arm64: 442 },
  swapon: { x64: 167, arm64: 224 },
  swapoff: { x64: 168, arm64: 225 },
  quotactl: { x64: 179, arm64: 60 },
  quotactl_fd: { x64: 443, arm64: 443 },
  // namespaces
  unshare: { x64: 272, arm64: 97 },
  setns: { x64: 308, arm64: 268 },
  // other processes
  ptrace: { x64: 101, arm64: 117 },
  process_vm_readv: { x64: 310, arm64: 270 },
  process_vm_writev: { x64: 311, arm64: 271 },
  process_madvise: { x64: 440, arm64: 440 },
  process_mrelease: { x64: 448, arm64: 448 },
  kcmp: { x64: 312, arm64: 272 },
  pidfd_getfd: { x64: 438, arm64: 438 },
  pidfd_send_signal: { x64: 424, arm64: 424 },
  perf_event_open: { x64: 298, arm64: 241 },
  lookup_dcookie: { x64: 212, arm64: 18 },
  // the kernel and the machine
  bpf: { x64: 321, arm64: 280 },
  init_module: { x64: 175, arm64: 105 },
  finit_module: { x64: 313, arm64: 273 },
  delete_module: { x64: 176, arm64: 106 },
  create_module: { x64: 174 },
  get_kernel_syms: { x64: 177 },
  query_module: { x64: 178 },
  kexec_load: { x64: 246, arm64: 104 },
  kexec_file_load: { x64: 320, arm64: 294 },
  reboot: { x64: 169, arm64: 142 },
  syslog: { x64: 103, arm64: 116 },
  iopl: { x64: 172 },
  ioperm: { x64: 173 },
  acct: { x64: 163, arm64: 89 },
  settimeofday: { x64: 164, arm64: 170 },
  clock_settime: { x64: 227, arm64: 112 },
  adjtimex: { x64: 159, arm64: 171 },
  clock_adjtime: { x64: 305, arm64: 266 },
  sethostname: { x64: 170, arm64: 161 },
  setdomainname: { x64: 171, arm64: 162 },
  vhangup: { x64: 153, arm64: 58 },
  nfsservctl: { x64: 180, arm64: 42 },
  uselib: { x64: 134 },
  _sysctl: { x64: 156 },
  modify_ldt: { x64: 154 },
  ustat: { x64: 136 },
  sysfs: { x64: 139 },
  // keys
  add_key: { x64: 248, arm64: 217 },
  request_key: { x64: 249, arm64: 218 },
  keyctl: { x64: 250, arm64: 219 },
  // memory outside the limits, or of use to exploits
  userfaultfd: { x64: 323, arm64: 282 },
  memfd_create: { x64: 319, arm64: 279 },
  memfd_secret: { x64: 447, arm64: 447 },
  move_pages: { x64: 279, arm64: 239 },
  migrate_pages: { x64: 256, arm64: 238 },
  // files by handle, and watching of file systems
  open_by_handle_at: { x64: 304 },
  name_to_handle_at: { x64: 303 },
  fanotify_init: { x64: 300, arm64: 262 },
  fanotify_mark: { x64: 301, arm64: 263 },
  // shared memory, semaphores and messages
  shmget: { x64: 29, arm64: 194 },
  shmat: { x64: 30, arm64: 196 },
  shmctl: { x64: 31, arm64: 195 },
  shmdt: { x64: 67, arm64: 197 },
  semget: { x64: 64, arm64: 190 },
  semop: { x64: 65, arm64: 193 },
  semctl: { x64: 66, arm64: 191 },
  semtimedop: { x64: 220, arm64: 192 },
  msgget: { x64: 68, arm64: 186 },
  msgsnd: { x64: 69, arm64: 189 },
  msgrcv: { x64: 70, arm64: 188 },
  msgctl: { x64: 71, arm64: 187 },
  mq_open: { x64: 240, arm64: 180 },
  mq_unlink: { x64: 241, arm64: 181 },
  mq_timedsend: { x64: 242, arm64: 182 },
  mq_timedreceive: { x64: 243, arm64: 183 },
  mq_notify: { x64: 244, arm64: 184 },
  mq_getsetattr: { x64: 245, arm64: 185 },
  // sockets
  socket: { x64: 41, arm64: 198 },
  connect: { x64: 42, arm64: 203 },
  bind: { x64: 49, arm64: 200 },
  listen: { x64: 50, arm64: 201 },
  accept: { x64: 43, arm64: 202 },
  accept4: { x64: 288, arm64: 242 },
  // links, special files, and files that would go on taking room unseen
  mknod: { x64: 133 },
  mknodat: { x64: 259, arm64: 33 },
  symlink: { x64: 88 },
  symlinkat: { x64: 266, arm64: 36 },
  link: { x64: 86 },
  linkat: { x64: 265, arm64: 37 },
  unlink: { x64: 87 },
  unlinkat: { x64: 263, arm64: 35 },
  rmdir: { x64: 84 },
  rename: { x64: 82 },
  renameat: { x64: 264, arm64: 38 },
  renameat2: { x64: 316, arm64: 276 },
  mkdir: { x64: 83 },
  mkdirat: { x64: 258, arm64: 34 },
  // programs without a name
  execveat: { x64: 322, arm64: 281 },
} as const satisfies Record<string, SystemCall>;

/**
 * Calls that are answered as on a kernel without them: the C library then takes an older way whose
 * arguments can be looked at, and programs do without asynchronous rings.
 */
export const absentCalls = {
  clone3: { x64: 435, arm64: 435 },
  openat2: { x64: 437, arm64: 437 },
  io_uring_setup: { x64: 425, arm64: 425 },
  io_uring_enter: { x64: 426, arm64: 426 },
  io_uring_register: { x64: 427, arm64: 427 },
} as const satisfies Record<string, SystemCall>;

/** Starting a process, where that has calls of its own. */
export const forkingCalls = {
  fork: { x64: 57 },
  vfork: { x64: 58 },
} as const satisfies Record<string, SystemCall>;

/** Calls that are looked at more closely. */
export const examinedCalls = {
  clone: { x64: 56, arm64: 220 },
  socketpair: { x64: 53, arm64: 199 },
  personality: { x64: 135, arm64: 92 },
  ioctl: { x64: 16, arm64: 29 },
  open: { x64: 2 },
  openat: { x64: 257, arm64: 56 },
} as const satisfies Record<string, SystemCall>;

/** The last call that is known here (`mseal`, Linux 6.10). Later ones are answered as absent. */
export const lastKnownCall = 462;
