"""Which of the kernel's calls code in the sandbox may not make: a filter by libseccomp.

https://man7.org/linux/man-pages/man3/seccomp_rule_add.3.html
"""

import ctypes
import errno
import os
from typing import IO

# Those by which programs have left sandboxes, or that reach what no namespace divides: other
# processes, mounts, keys, modules, clocks, the kernel's own programs. As Flatpak's, and more.
REFUSED = """
    acct add_key adjtimex bpf chroot clock_adjtime clock_settime delete_module fanotify_init
    finit_module fsconfig fsmount fsopen fspick get_mempolicy init_module io_uring_enter
    io_uring_register io_uring_setup ioperm iopl kcmp kexec_file_load kexec_load keyctl
    lookup_dcookie mbind migrate_pages modify_ldt mount mount_setattr move_mount move_pages
    name_to_handle_at nfsservctl open_by_handle_at open_tree perf_event_open personality
    pidfd_getfd pivot_root process_vm_readv process_vm_writev ptrace quotactl quotactl_fd reboot
    request_key set_mempolicy setdomainname setns settimeofday sethostname swapoff swapon syslog
    umount umount2 unshare uselib userfaultfd vhangup
"""
# Families of sockets within the sandbox's own network: AF_UNIX, AF_INET, AF_INET6.
FAMILIES = (1, 2, 10)
TIOCSTI, TIOCLINUX, CLONE_NEWUSER = 0x5412, 0x541C, 0x10000000
# libseccomp's `SCMP_ACT_ALLOW`, `SCMP_ACT_ERRNO` and `SCMP_CMP_*`.
ALLOW, REFUSE = 0x7FFF0000, 0x00050000
EQUAL, GREATER, MASKED_EQUAL = 4, 6, 7


class _Condition(ctypes.Structure):
    """`scmp_arg_cmp`: which argument of a call, how it is compared, and with what."""

    _fields_ = (
        ("argument", ctypes.c_uint),
        ("comparison", ctypes.c_int),
        ("first", ctypes.c_uint64),
        ("second", ctypes.c_uint64),
    )


def open_filter() -> IO[bytes]:
    """The filter as the kernel reads it, in memory; OSError where there is no libseccomp."""
    library = ctypes.CDLL("libseccomp.so.2")
    library.seccomp_init.restype = ctypes.c_void_p
    rules = ctypes.c_void_p(library.seccomp_init(ALLOW))

    def refuse(call: str, code: int, *conditions: _Condition) -> None:
        number = library.seccomp_syscall_resolve_name(call.encode())
        array = (_Condition * len(conditions))(*conditions)
        # -1: a call that this library has never heard of.
        if number != -1 and library.seccomp_rule_add_array(
            rules, REFUSE | code, number, len(conditions), array
        ):
            raise OSError(f"libseccomp refuses no {call}")

    try:
        for call in REFUSED.split():
            refuse(call, errno.EPERM)
        # Its arguments lie in memory, where no filter reads: callers then fall back to `clone`.
        refuse("clone3", errno.ENOSYS)
        refuse("clone", errno.EPERM, _Condition(0, MASKED_EQUAL, CLONE_NEWUSER, CLONE_NEWUSER))
        for request in (TIOCSTI, TIOCLINUX):
            refuse("ioctl", errno.EPERM, _Condition(1, MASKED_EQUAL, 0xFFFFFFFF, request))
        for family in {*range(max(FAMILIES))} - {*FAMILIES}:
            refuse("socket", errno.EAFNOSUPPORT, _Condition(0, EQUAL, family, 0))
        refuse("socket", errno.EAFNOSUPPORT, _Condition(0, GREATER, max(FAMILIES), 0))
        file = os.fdopen(os.memfd_create("calls"), "w+b")
        if library.seccomp_export_bpf(rules, file.fileno()):
            file.close()
            raise OSError("libseccomp writes no filter")
    finally:
        library.seccomp_release(rules)
    file.seek(0)
    return file
