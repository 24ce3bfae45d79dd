"""A SOCKS5 proxy (RFC 1928) without authentication, for tests. It prints its port, then a line for each connection."""
import socket
import socketserver
import struct
import threading


class Proxy(socketserver.StreamRequestHandler):
    def handle(self):
        _, count = self.rfile.read(2)
        self.rfile.read(count)
        self.wfile.write(b"\x05\x00")
        _, _, _, kind = self.rfile.read(4)
        if kind == 1:
            host = socket.inet_ntoa(self.rfile.read(4))
        else:
            host = self.rfile.read(self.rfile.read(1)[0]).decode()
        (port,) = struct.unpack("!H", self.rfile.read(2))
        print(f"CONNECT {host}:{port}", flush=True)
        if not host.startswith("127."):
            self.wfile.write(b"\x05\x02\x00\x01\x00\x00\x00\x00\x00\x00")
            return
        upstream = socket.create_connection((host, port))
        self.wfile.write(b"\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00")
        threading.Thread(target=self.back, args=(upstream,), daemon=True).start()
        while data := self.rfile.read1(65536):
            upstream.sendall(data)
        upstream.close()

    def back(self, upstream):
        try:
            while data := upstream.recv(65536):
                self.wfile.write(data)
        except OSError:
            pass


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True


with Server(("127.0.0.1", 0), Proxy) as server:
    print(server.server_address[1], flush=True)
    server.serve_forever()
