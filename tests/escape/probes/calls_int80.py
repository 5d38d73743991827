"""Make calls by the gate of 32-bit programs, whose numbers mean others."""

import mmap

# mov eax, edi; mov ebx, esi; mov ecx, edx; xor edx, edx; int 0x80; ret, with rbx kept
CODE = bytes.fromhex("53 89f8 89f3 89d1 31d2 cd80 5b c3")
area = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
area.write(CODE)
gate = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_int)(
    ctypes.addressof(ctypes.c_char.from_buffer(area))
)
tried("the gate", False)
finish()
sys.stdout.write("\n")
attempt("getpid by int 0x80", lambda: gate(20, 0, 0) == os.getpid() or False)
attempt("socket by int 0x80", lambda: gate(359, 2, 1) >= 0 or False)
attempt("unshare by int 0x80", lambda: gate(310, 0x10000000, 0) == 0 or False)
finish()
