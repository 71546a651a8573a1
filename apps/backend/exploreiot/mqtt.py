"""A connection to the broker on the event loop, dialled again for ever.

The MQTT library is asked for its callbacks only; sockets are watched by the loop, so that no
second thread competes with it for the interpreter."""

import asyncio
import logging
import socket
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from exploreiot.backoff import Backoff
from exploreiot.errors import Unavailable
from exploreiot.loop_sockets import LoopSocket
from exploreiot.mqtt_client import connect_properties, make_client
from exploreiot.settings import Settings

log = logging.getLogger(__name__)

_CONNECT_SECONDS = 10
# A broker that hangs is noticed after two of these at most.
_KEEPALIVE_SECONDS = 10
# A connection that lasted this long was a good one: the next dial is immediate again.
_STEADY_SECONDS = 10


@dataclass(frozen=True)
class Subscription:
    """Topics of a link. `topic`: the one that it cannot do without. `extra_topic`:
    what is sent to it as well, also what was retained there before."""

    topic: str
    extra_topic: str
    status_topic: str
    on_message: Callable[[MQTTMessage], None]


class BrokerLink:
    def __init__(self, settings: Settings, client_id: str, subscription: Subscription) -> None:
        self._settings = settings
        self._subscription = subscription
        self._answered = asyncio.Event()
        self._gone = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._client = make_client(settings, client_id)
        sockets = LoopSocket(self._client, self._loop)
        # Back-pressure: a broker's window is not to be relied on (Mosquitto 2.0.11 sends more than
        # was asked for; 2.0.21 keeps to it). The bound on memory is that nothing more is read.
        self.hold, self.resume = sockets.hold, sockets.resume
        self._set_callbacks(self._client)
        # Goes up with each connection: an acknowledgement is only good on the one it belongs to.
        self.generation = 0
        self._paused = False
        # Why nothing can arrive, in words; None while it can.
        self.trouble: str | None = "not connected"
        self.connected = False
        self.listening_since: datetime | None = None

    def _set_callbacks(self, client: Client) -> None:
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.manual_ack_set(True)
        client.on_subscribe = self._on_subscribe
        client.on_message = self._on_message
        client.on_publish = self._on_publish
        client.will_set(self._subscription.status_topic, "offline", qos=1, retain=True)

    async def check(self) -> None:
        if self.trouble is not None:
            raise Unavailable("broker", self.trouble)

    def acknowledge(self, messages: Iterable[tuple[int, int]]) -> None:
        """Pairs of generation and message id; the subscription never gets more than QoS 1.
        After the connection was lost the broker sends the message again instead."""
        if self.connected:
            now = self.generation
            self._client.acknowledge(number for generation, number in messages if generation == now)

    async def run(self) -> None:
        backoff = Backoff()
        while True:
            since = self._loop.time()
            try:
                await self._connect()
                await self._until_gone()
            except OSError as error:
                log.warning("broker is away", extra={"reason": type(error).__name__})
                self.trouble = f"cannot be reached ({type(error).__name__})"
            if self._loop.time() - since > _STEADY_SECONDS:
                backoff.reset()
            await backoff.wait()

    async def _connect(self) -> None:
        settings = self._settings
        self._gone.clear()
        self._answered.clear()
        # Resolving the name and opening the connection block, so they happen on a thread.
        await asyncio.to_thread(
            self._client.connect,
            settings.mqtt_host,
            settings.mqtt_port,
            _KEEPALIVE_SECONDS,
            clean_start=False,
            properties=connect_properties(settings),
        )

    async def _until_gone(self) -> None:
        try:
            async with asyncio.timeout(_CONNECT_SECONDS):
                await self._answered.wait()
        except TimeoutError:
            log.warning("broker does not answer", extra={"seconds": _CONNECT_SECONDS})
            self.trouble = f"no answer for {_CONNECT_SECONDS} s"
            self._hang_up()
        while not self._gone.is_set():
            self._client.loop_misc()
            try:
                async with asyncio.timeout(1):
                    await self._gone.wait()
            except TimeoutError:
                continue

    def _hang_up(self) -> None:
        if (sock := self._client.socket()) is not None:
            sock.shutdown(socket.SHUT_RDWR)

    async def close(self) -> None:
        """Say offline ourselves: the last will is for ends that nobody planned."""
        if not self.connected:
            return
        self._publish_status("offline")
        self._client.disconnect()
        try:
            async with asyncio.timeout(1):
                await self._gone.wait()
        except TimeoutError:
            self._hang_up()

    def publish(self, topic: str, payload: bytes) -> None:
        """Retained, at QoS 1: taken now, or raises `Unavailable`."""
        if not self.connected:
            raise Unavailable("broker", "not connected")
        self._client.publish(topic, payload, qos=1, retain=True)

    def pause(self) -> None:
        """Take no more messages; unacknowledged, they stay with the broker for the next start."""
        self._paused = True

    def _on_message(self, _client: Client, _data, message: MQTTMessage) -> None:
        if not self._paused:
            self._subscription.on_message(message)

    def _publish_status(self, status: str) -> None:
        self._client.publish(self._subscription.status_topic, status, qos=1, retain=True)

    def _on_connect(self, client: Client, _data, flags, reason: ReasonCode, _properties) -> None:
        self._answered.set()
        if reason.is_failure:
            log.error("broker refused the connection", extra={"reason": str(reason)})
            self.trouble = f"the broker refused the connection: {reason}"
            return
        self.generation += 1
        self.connected = True
        self.trouble = None
        self.listening_since = datetime.now(UTC)
        log.info("broker connected", extra={"session_present": flags.session_present})
        # Retained messages (2: never sent) are old values, and would be stored as new ones.
        topics = [
            (self._subscription.topic, SubscribeOptions(qos=1, retainHandling=2)),
            # A message of this link itself is not sent back: unread at the end, it would reset the
            # connection, and the broker send the last will.
            (self._subscription.extra_topic, SubscribeOptions(qos=1, noLocal=True)),
        ]
        client.subscribe(topics)
        self._publish_status("online")

    def _on_subscribe(self, _client, _data, _mid, reasons: list[ReasonCode], _properties) -> None:
        topics = (self._subscription.topic, self._subscription.extra_topic)
        for topic, reason in zip(topics, reasons, strict=True):
            if reason.is_failure:
                extra = {"topic": topic, "reason": str(reason)}
                log.error("broker refused the subscription", extra=extra)
        if reasons[0].is_failure:
            self.trouble = f"the broker refused the subscription: {reasons[0]}"
            self.listening_since = None

    def _on_publish(self, _client, _data, _mid, reason: ReasonCode, _properties) -> None:
        if reason.is_failure:
            log.error("broker refused a publication", extra={"reason": str(reason)})

    def _on_disconnect(self, _client, _data, _flags, reason: ReasonCode, _properties) -> None:
        if self.connected:
            self.trouble = f"the connection ended: {reason}"
        self.connected = False
        self.listening_since = None
        self._loop.call_soon_threadsafe(self._answered.set)
        self._loop.call_soon_threadsafe(self._gone.set)
        hint = {}
        if str(reason) == "Session taken over":
            hint = {"hint": "another client has this id; give each replica its own MQTT_CLIENT_ID"}
        level = logging.WARNING if reason.is_failure else logging.INFO
        log.log(level, "broker connection ended", extra={"reason": str(reason), **hint})
