"""A proxy between Roost and PostgreSQL, for connections that break where it hurts most."""

import socket
import threading

# CommandComplete with the tag COMMIT, and the beginning of one that says that rows were inserted (the manual, "Message Formats").
COMMITTED = b"C\x00\x00\x00\x0bCOMMIT\x00"
INSERTED = b"INSERT 0 "


class Proxy:
    """Passes everything on. When armed it hangs up as soon as a transaction that inserted something says that it was
    committed, so that nobody hears of it. When cut it hangs up on everybody and lets nobody through."""

    def __init__(self, port):
        self.to = port
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.armed = threading.Event()
        self.is_cut = threading.Event()
        self.through = []
        self.lost = 0
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            if self.is_cut.is_set():
                client.close()
                continue
            server = socket.create_connection(("127.0.0.1", self.to))
            self.through.append((client, server))
            threading.Thread(target=self.forth, args=(client, server), daemon=True).start()
            threading.Thread(target=self.back, args=(server, client), daemon=True).start()

    def forth(self, client, server):
        try:
            while data := client.recv(65536):
                server.sendall(data)
        except OSError:
            pass
        self.hang_up(client, server)

    def back(self, server, client):
        has_inserted = False
        try:
            while data := server.recv(65536):
                has_inserted = has_inserted or INSERTED in data
                if COMMITTED in data:
                    if has_inserted and self.armed.is_set():
                        self.armed.clear()
                        self.lost += 1
                        break
                    has_inserted = False
                client.sendall(data)
        except OSError:
            pass
        self.hang_up(server, client)

    def cut(self):
        self.is_cut.set()
        through, self.through = self.through, []
        for ends in through:
            self.hang_up(*ends)

    def mend(self):
        self.is_cut.clear()

    @staticmethod
    def hang_up(*ends):
        for end in ends:
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            end.close()

    def close(self):
        self.listener.close()
