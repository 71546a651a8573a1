"""The MQTT client, reading many packets with one system call, and able to stop reading.

It builds on inner methods of the library, whose version is pinned; `tests/test_ingest.py` goes
through all of them."""

import ssl
from collections.abc import Iterable

from paho.mqtt.client import PUBACK, Client, MQTTMessage
from paho.mqtt.enums import MQTTErrorCode
from paho.mqtt.properties import VariableByteIntegers

_READ_BYTES = 64 * 1024
# Packets handled before the rest of the process gets its turn.
_PACKETS_AT_ONCE = 200


class BufferedClient(Client):
    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self._unread = memoryview(b"")
        self.held = False

    @property
    def has_unread(self) -> bool:
        return len(self._unread) > 0 or self._decrypted > 0

    @property
    def _decrypted(self) -> int:
        """Bytes that TLS has taken out of the socket already, so that the loop is not woken."""
        sock = self.socket()
        return sock.pending() if isinstance(sock, ssl.SSLSocket) else 0

    def loop_read(self, max_packets: int = 1) -> MQTTErrorCode:
        for _ in range(_PACKETS_AT_ONCE):
            result = super().loop_read(max_packets)
            if result != MQTTErrorCode.MQTT_ERR_SUCCESS or self.held or not self.has_unread:
                break
        return result

    def acknowledge(self, message_ids: Iterable[int]) -> None:
        """PUBACK (success) for many QoS 1 messages with one system call."""
        packets = b"".join(b"\x40\x02" + number.to_bytes(2, "big") for number in message_ids)
        if packets:
            self._packet_queue(PUBACK, packets, 0, 0)

    def _sock_recv(self, bufsize: int) -> bytes:
        if not self._unread:
            self._unread = memoryview(super()._sock_recv(_READ_BYTES))
        piece, self._unread = bytes(self._unread[:bufsize]), self._unread[bufsize:]
        return piece

    def _sock_close(self) -> None:
        self._unread = memoryview(b"")
        super()._sock_close()

    def _handle_publish(self) -> MQTTErrorCode:
        """The library builds a table of all possible properties for each message, which is a
        third of the whole cost of receiving one; we use none of them. With manual
        acknowledgement, handing over is all that is left to do for QoS 0 and 1."""
        packet, header = self._in_packet["packet"], self._in_packet["command"]
        qos = (header >> 1) & 3
        end = 2 + int.from_bytes(packet[:2], "big")
        start = end + (2 if qos else 0)
        length, size = VariableByteIntegers.decode(packet[start : start + 4])
        message = MQTTMessage(int.from_bytes(packet[end:start], "big"), bytes(packet[2:end]))
        message.qos, message.retain, message.dup = qos, bool(header & 1), bool(header & 8)
        message.payload = bytes(packet[start + size + length :])
        self.on_message(self, None, message)
        return MQTTErrorCode.MQTT_ERR_SUCCESS

    def _check_keepalive(self) -> None:
        if self.held:
            # The broker's answer to a ping lies unread behind its messages: it is not late.
            self._ping_t = 0
        super()._check_keepalive()
