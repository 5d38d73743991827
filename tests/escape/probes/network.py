"""Reach somebody: loopback, abstract and file sockets, the cloud's metadata, raw packets."""

import socket


def connect(family, kind, address):
    with socket.socket(family, kind) as caller:
        caller.settimeout(0.3)
        caller.connect(address)
        caller.send(P["tag"].encode())


def tcp_fast_open():
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as caller:
        caller.sendto(b"x", 0x20000000, ("127.0.0.1", P["port"]))


def serve(family, kind, address):
    with socket.socket(family, kind) as server:
        server.bind(address)
        server.listen()


attempt("loopback", connect, socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", P["port"]))
attempt("loopback by fast open", tcp_fast_open)
attempt("loopback 6", connect, socket.AF_INET6, socket.SOCK_STREAM, ("::1", P["port"]))
attempt("loopback UDP", connect, socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", P["port"]))
attempt("abstract socket", connect, socket.AF_UNIX, socket.SOCK_STREAM, "\0" + P["abstract"])
attempt("socket file", connect, socket.AF_UNIX, socket.SOCK_STREAM, P["socket"])
attempt("Docker's socket", connect, socket.AF_UNIX, socket.SOCK_STREAM, "/var/run/docker.sock")
attempt("metadata", connect, socket.AF_INET, socket.SOCK_STREAM, ("169.254.169.254", 80))
attempt("serve", serve, socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0))
for family, kind, protocol in ((16, 3, 0), (17, 3, 0), (40, 1, 0), (38, 5, 0), (29, 3, 1), (31, 3, 1), (2, 3, 1), (44, 3, 0), (30, 1, 0), (21, 5, 0), (2, 1, 262)):
    attempt(f"socket of family {family} protocol {protocol}", lambda: socket.socket(family, kind, protocol).close())
finish()
